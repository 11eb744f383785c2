"""Quality and speed of `esnaf train` as a user runs it, on a test window and on earlier ones, retrained for each.

Online Retail with `--data`, else the simulated shop. Every model is trained by the command in a process of its own, in
a workspace made for it; time and memory are those of the first, start-up included.
"""

import statistics
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks.harness import WORKSPACES, Figures, main
from benchmarks.timing import Finished, esnaf

HORIZON = 28  # days
REAL, REAL_UNTIL = "online_retail", date(2011, 9, 1)
SIMULATED_UNTIL = date(2026, 1, 1)
_FIGURES = {
    "ndcg_at_20": "test/ndcg_at_20",
    "recall_at_20": "test/recall_at_20",
    "explore_recall_at_20": "test/explore/recall_at_20",
    "ratio_to_decay": "test/ndcg_at_20_ratio_to_decay",
}


@dataclass(frozen=True)
class Shop:
    """Tables, the workspace that reads them, and the day before which everything is used."""

    data: Path
    workspace: Path
    until: date

    def train(self, earlier: int = 0) -> Finished:
        """Train up to `earlier` horizons before the last day; the last horizon before that is the test window."""
        until = self.until - timedelta(days=HORIZON * earlier)
        window = ["--until", until.isoformat(), "--horizon", str(HORIZON)]
        return esnaf("train", "--data", str(self.data), "--workspace", str(self.workspace), *window, "--quiet")


def measure(args: Namespace) -> Figures:
    """Figures of the test window, then the ratio to the reference list on each earlier one."""
    with _shop(args) as shop:
        last = shop.train()
        metrics = last.answer["metrics"]
        ratios = [_ratio(shop.train(earlier)) for earlier in range(1, args.cuts + 1)]
    return {
        **{key: metrics[name] for key, name in _FIGURES.items()},
        "train_s": last.seconds,
        "peak_mb": last.peak_mb,
        **({"earlier_ratio_to_decay": statistics.mean(ratios)} if ratios else {}),
        **{f"earlier_{number}_ratio_to_decay": ratio for number, ratio in enumerate(ratios, 1)},
    }


def _ratio(trained: Finished) -> float:
    return float(trained.answer["metrics"][_FIGURES["ratio_to_decay"]])


@contextmanager
def _shop(args: Namespace) -> Iterator[Shop]:
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch) / "workspace"
        workspace.mkdir()
        if args.data is not None:
            (workspace / "esnaf.toml").write_bytes((WORKSPACES / REAL / "esnaf.toml").read_bytes())
            yield Shop(args.data / REAL, workspace, REAL_UNTIL)
            return
        data = Path(scratch) / "data"
        size = [f"--customers={args.customers}", f"--products={args.products}", f"--days={args.days}"]
        esnaf("simulate", str(data), *size, f"--end={SIMULATED_UNTIL}")
        yield Shop(data, workspace, SIMULATED_UNTIL)


def add_arguments(parser: ArgumentParser) -> None:
    """How many earlier windows, and how large a simulated shop."""
    parser.add_argument("--cuts", type=int, default=6, metavar="N", help="earlier windows (default 6)")
    parser.add_argument("--customers", type=int, default=4_000, metavar="N", help="of a simulated shop (default 4000)")
    parser.add_argument("--products", type=int, default=3_000, metavar="N", help="of a simulated shop (default 3000)")
    parser.add_argument("--days", type=int, default=540, metavar="N", help="of a simulated shop (default 540)")


if __name__ == "__main__":
    main("quality", measure, add_arguments=add_arguments)
