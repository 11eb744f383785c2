"""Collaborative filtering without time: every generator that can, on any pair of `user item item ...` files.

All items but the user's train items are ranked; NDCG's ideal is cut at min(test items, 20). The settings were chosen
on a fifth of the train part, held out; `--tune` shows that choice again and never looks at the test file.
"""

import logging
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.harness import Figures, main
from benchmarks.interactions import Split, read, request
from features.arrays import Codes, Doubles, elements_of
from features.errors import DataError
from training.candidates.als import Als, AlsConfig
from training.candidates.base import Generator, Snapshot
from training.candidates.bpr import Bpr, BprConfig
from training.candidates.ease import Ease, EaseConfig
from training.candidates.lookalikes import Lookalikes, LookalikesConfig
from training.candidates.neighbours import Neighbours, NeighboursConfig
from training.candidates.popular import Popular
from training.candidates.propose import propose, rows_at_once
from training.candidates.rp3beta import Rp3beta, Rp3betaConfig

log = logging.getLogger(__name__)

K = 20
HELD_OUT = 0.2  # of each user's train items, for tuning
SAMPLE = 8_000  # users that tuning asks about
SEED = 7  # of the held-out part and of the sample


def tuned() -> list[Generator]:
    """Each generator with the best of the settings in `tried`."""
    return [
        Popular(),
        Neighbours(NeighboursConfig(similarity="cosine", neighbours=100, asked=1000)),
        Lookalikes(LookalikesConfig()),
        Rp3beta(Rp3betaConfig(neighbours=30, alpha=0.4, beta=0.2, asked=1000)),
        Ease(EaseConfig(regularization=100.0, asked=1000)),
        Bpr(BprConfig()),
        Als(AlsConfig(factors=512, regularization=10.0, alpha=30.0, iterations=8)),
    ]


def tried() -> Iterator[Generator]:
    """What tuning compares."""
    for similarity in ("tfidf", "cosine", "bm25"):
        yield Neighbours(NeighboursConfig(similarity=similarity, asked=1000))


@dataclass(frozen=True)
class Quality:
    """Means over users."""

    recall: float
    ndcg: float


def quality(generator: Generator, snapshot: Snapshot, split: Split, users: Codes) -> Quality:
    """Of the 20 best items new to each user."""
    size = rows_at_once(split.items)
    parts = [_hits(generator, snapshot, split, users[a : a + size]) for a in range(0, len(users), size)]
    hits = np.concatenate(parts)  # (U, 20)
    wanted = np.diff(split.test.offsets)[users]
    gain = 1.0 / np.log2(np.arange(K) + 2.0)
    ideal = np.cumsum(gain)[np.minimum(wanted, K) - 1]
    return Quality(float((hits.sum(axis=1) / wanted).mean()), float((hits @ gain / ideal).mean()))


def _hits(generator: Generator, snapshot: Snapshot, split: Split, users: Codes) -> Doubles:
    """(U, 20) one where the item at that place was to be found."""
    best = propose(generator, request(snapshot, users), K).candidates
    row = np.repeat(np.arange(len(users)), np.diff(best.offsets))
    offsets, at = elements_of(split.test.offsets, users)
    wanted = np.repeat(np.arange(len(users)), np.diff(offsets)) * split.items + split.test.product[at]
    hits = np.zeros((len(users), K))
    hits[row, best.rank - 1] = np.isin(row * split.items + best.product, wanted)
    return hits


def measure(args: Namespace) -> Figures:
    """The quality of each generator, and of the best one."""
    split = read(*_files(args))
    if args.tune:
        return _tune(split.held_out(HELD_OUT, SEED))
    snapshot, figures, best = split.snapshot(), dict[str, float](), Quality(0.0, 0.0)
    for generator in tuned():
        started = time.perf_counter()
        generator.fit(snapshot)
        figures[f"{generator.name}_fit_s"] = time.perf_counter() - started
        reached = quality(generator, snapshot, split, split.users())
        figures |= {f"{generator.name}_recall_at_20": reached.recall, f"{generator.name}_ndcg_at_20": reached.ndcg}
        best = max(best, reached, key=lambda q: q.recall)
        log.info("%s: Recall@20 %.4f, NDCG@20 %.4f", generator.name, reached.recall, reached.ndcg)
    return {"recall_at_20": best.recall, "ndcg_at_20": best.ndcg} | figures


def _tune(split: Split) -> Figures:
    """Recall of every setting tried, on a sample of users."""
    users = np.sort(np.random.default_rng(SEED).permutation(split.users())[:SAMPLE])
    snapshot, figures = split.snapshot(), dict[str, float]()
    for generator in tried():
        generator.fit(snapshot)
        reached = quality(generator, snapshot, split, users)
        setting = str(generator.config)  # type: ignore[attr-defined]  # all of these have one
        log.info("%s: Recall@20 %.4f, NDCG@20 %.4f", setting, reached.recall, reached.ndcg)
        figures[f"{setting} recall_at_20"] = reached.recall
    return figures


def _files(args: Namespace) -> tuple[Path, Path]:
    if args.train and args.test:
        return args.train, args.test
    if args.data is None or args.train or args.test:
        raise DataError("both --train FILE and --test FILE are needed, or ESNAF_DATA with amazon_cds in it")
    return args.data / "amazon_cds" / "train.txt.gz", args.data / "amazon_cds" / "test.txt.gz"


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(f"{text!r} is not a file")
    return path


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--train", type=_file, metavar="FILE", help="'user item item ...' a line, plain or .gz")
    parser.add_argument("--test", type=_file, metavar="FILE", help="likewise")
    parser.add_argument("--tune", action="store_true", help="try all settings on a part of the train file")


if __name__ == "__main__":
    main("cf", measure, add_arguments=_arguments)
