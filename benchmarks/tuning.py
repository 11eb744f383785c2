"""What `esnaf tune` gains: minutes of trials on past windows, then one look at the test window.

Online Retail with `--data`, else the simulated shop. `esnaf tune` runs as a user runs it, in a process of its own. Then
a model is fitted with the default settings and one with those that were found, both on what came before the test
window, and measured in it for the same customers; no trial has seen it. The gain is the share by which NDCG@20 rises,
with the 95 % interval of a paired bootstrap over customers; it is reported once, whatever it is.
"""

import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.harness import WORKSPACES, Figures, main
from benchmarks.timing import Finished, esnaf
from features.arrays import DAY
from features.settings import FILE_NAME, Settings
from features.tables import Shop, TablesConfig, load
from training.evaluation.bootstrap import Interval
from training.evaluation.protocol import MODEL
from training.evaluation.truth import Truth
from training.measuring import measure as lists_of
from training.trainer import Trainer
from training.tuning.scores import Scores

REAL, REAL_UNTIL = "online_retail", date(2011, 9, 1)
SIMULATED_UNTIL = date(2026, 1, 1)


@dataclass(frozen=True)
class Case:
    """Tables, their end, and the workspace that reads them."""

    data: Path
    until: date
    workspace: Path

    def tune(self, *limits: str) -> Finished:
        """Look for better settings in a process of its own; nothing of the last horizon is read."""
        where = ["--data", str(self.data), "--workspace", str(self.workspace), "--until", self.until.isoformat()]
        return esnaf("tune", *where, "--no-train", "--quiet", *limits)

    def scores(self, file: Path, shop: Shop) -> Scores:
        """What the lists of the settings in a file are worth in the test window, to a model fitted before it."""
        settings = Settings.read(file)
        trainer, end = Trainer(shop, settings), (self.until - date(1970, 1, 1)).days * DAY
        truth = Truth.of(shop.log, end - trainer.recipe.training.horizon * DAY, end, seed=trainer.recipe.training.seed)
        lists = lists_of(trainer.fit(truth.cut), truth.customer, shop.log, generators=False).lists[MODEL]
        return Scores.of(lists, truth)


def measure(args: Namespace) -> Figures:
    """Tune, fit with both settings, and compare once."""
    with _case(args) as case:
        found = case.tune(f"--minutes={args.minutes}", *([f"--trials={args.trials}"] if args.trials else []))
        before = case.workspace / FILE_NAME
        shop = load(case.data, TablesConfig.of(Settings.read(before)))
        default, tuned = (case.scores(file, shop) for file in (before, Path(found.answer["file"])))
    past = found.answer["gain"] or {"mean": 0.0, "low": 0.0, "high": 0.0}
    return {
        "command_minutes": found.seconds / 60,
        "peak_mb": found.peak_mb,
        "trials": found.answer["trials"]["complete"],
        "pruned_trials": found.answer["trials"]["pruned"],
        "adopted": int(found.answer["improved"]),
        **_percent("past_gain", Interval(**past)),
        "default_ndcg_at_20": default.value,
        "tuned_ndcg_at_20": tuned.value,
        **_percent("gain", tuned.gain_over(default)),
    }


def _percent(name: str, gain: Interval) -> dict[str, float]:
    ends = {"": gain.mean, "_low": gain.low, "_high": gain.high}
    return {f"{name}{end}_percent": 100 * value for end, value in ends.items()}


@contextmanager
def _case(args: Namespace) -> Iterator[Case]:
    with tempfile.TemporaryDirectory() as scratch:
        data, workspace = Path(scratch) / "data", Path(scratch) / "workspace"
        workspace.mkdir()
        settings = workspace / FILE_NAME
        if args.data is not None:
            settings.write_bytes((WORKSPACES / REAL / FILE_NAME).read_bytes())
            yield Case(args.data / REAL, REAL_UNTIL, workspace)
            return
        settings.write_text(args.settings)
        size = [f"--customers={args.customers}", f"--products={args.products}", f"--days={args.days}"]
        esnaf("simulate", str(data), *size, f"--end={SIMULATED_UNTIL}")
        yield Case(data, SIMULATED_UNTIL, workspace)


def add_arguments(parser: ArgumentParser) -> None:
    """How long to look, and how large a simulated shop."""
    parser.add_argument("--minutes", type=float, default=15.0, metavar="M", help="time for the trials (default 15)")
    parser.add_argument("--trials", type=int, metavar="N", help="trials at most (default: as the settings say)")
    parser.add_argument("--settings", default="", metavar="TOML", help="of a simulated shop (default: none)")
    parser.add_argument("--customers", type=int, default=4_000, metavar="N", help="of a simulated shop (default 4000)")
    parser.add_argument("--products", type=int, default=3_000, metavar="N", help="of a simulated shop (default 3000)")
    parser.add_argument("--days", type=int, default=540, metavar="N", help="of a simulated shop (default 540)")


if __name__ == "__main__":
    main("tuning", measure, add_arguments=add_arguments)
