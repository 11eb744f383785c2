"""Crashes: retrainings and promotions that are killed, that run out of disk, and whose tracking store fails.

The days of a small simulated shop come one by one. Commands are started as a user does and ended by SIGKILL, some at
any moment of their course, some in the stretch where a version is registered, published and promoted. Others meet a
limit on the size of files, a disk that is full, or a tracking store that is locked or gone. After each the champion
must load, nothing half-written may be registered or stand under a version's name, and the next `esnaf retrain` must
succeed; after that one nothing is left over.
"""

import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from benchmarks.harness import Figures, main
from benchmarks.intact import Intact
from benchmarks.kills import KINDS, Kills
from benchmarks.misfortunes import FULL, LIMITS, STORES, mountable
from benchmarks.outcome import Outcome, Outcomes, temporary
from benchmarks.smallshop import NAME, SmallShop
from esnaf.output import text_table
from features.logs import log

AFTER_TRAINING = ("judged", "registered", "published", "promoted")


def add_arguments(parser: ArgumentParser) -> None:
    """How many kills, and when."""
    parser.add_argument("--kills", type=int, default=30, metavar="N", help="commands that are killed (default 30)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the moments (default 1)")


def measure(args: Namespace) -> Figures:
    """Kill one command after another, then let the other misfortunes befall some."""
    full = FULL if mountable() else ()
    if not full:
        log.warning("crash.no_small_disk", reason="no file system may be mounted here", instead="limits on files")
    misfortunes = (*LIMITS, *full, *STORES)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        shop = SmallShop.made(scratch, days=2 * (args.kills + len(misfortunes)) + 1)
        outcomes = Outcomes(shop, Intact(shop.workspace, NAME, *temporary(scratch)))
        kills = Kills.rehearsed(outcomes, np.random.default_rng(args.seed))
        killed = [kills.strike(kind) for kind in islice(cycle(KINDS), args.kills)]
        befallen = [misfortune.befall(outcomes) for misfortune in misfortunes]
    print(_table([*killed, *befallen]))
    return {
        **_kills(killed),
        "file_limits": len(LIMITS),
        "full_disks": len(full),
        "store_faults": len(STORES),
        "unclear": sum(outcome.unclear for outcome in befallen),
        **_faults([*killed, *befallen]),
    }


def _kills(killed: Sequence[Outcome]) -> Figures:
    return {
        "kills": len(killed),
        "kills_after_the_end": sum(not outcome.killed for outcome in killed),
        "kills_after_training": sum(outcome.reached in AFTER_TRAINING for outcome in killed),
        "alias_behind": sum(outcome.behind for outcome in killed),
    }


def _faults(outcomes: Sequence[Outcome]) -> Figures:
    """All of these but `refused_next` are to be 0: a refusal of the gate is no failure."""
    return {
        "unloadable": sum(bool(outcome.faults) for outcome in outcomes),
        "half_written": sum(bool(outcome.half) for outcome in outcomes),
        "failed_next": sum(bool(outcome.failed) for outcome in outcomes),
        "left_over": sum(bool(outcome.left) for outcome in outcomes),
        "refused_next": sum(outcome.refused for outcome in outcomes),
    }


def _table(outcomes: Sequence[Outcome]) -> str:
    rows = [
        (
            outcome.what,
            f"{outcome.seconds:.2f}",
            "killed" if outcome.killed else f"exit {outcome.code}",
            outcome.reached,
            "; ".join((*outcome.faults, *outcome.half)) or "whole",
            "; ".join((*outcome.failed, *outcome.left)) or outcome.next,
        )
        for outcome in outcomes
    ]
    return text_table(("", "s", "ended", "reached", "champion and versions", "the next retraining"), rows)


if __name__ == "__main__":
    main("crash", measure, add_arguments=add_arguments)
