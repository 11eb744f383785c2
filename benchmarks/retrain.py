"""Retraining day by day: the work and time of each day, and what the last model is worth.

A champion is trained on what happened until a week before the test window; then the days of that week come one by one,
and each is brought in by `esnaf retrain` as a user runs it. Work is CPU seconds after imports. At the end the refreshed
model, one that was trained anew on the same data, and the champion of a week ago are measured on the test window, which
none of them has seen. Two rankers that learned a week apart differ by chance, so that the same is done in some earlier
weeks, in this process. Online Retail with `--data`, else the simulated shop.
"""

import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

from benchmarks.harness import WORKSPACES, Figures, main
from benchmarks.timing import Finished, esnaf
from benchmarks.weeks import weeks
from esnaf.output import text_table
from features.arrays import DAY
from features.settings import FILE_NAME, Settings
from features.tables import TablesConfig, load

HORIZON = 28  # days
REAL, REAL_FIRST = "online_retail", date(2011, 7, 28)
SIMULATED_FIRST = date(2025, 11, 27)
_NDCG = "test/ndcg_at_20"
_IMPORTS = "from training.retrain import load_libraries; load_libraries(); import matplotlib.figure, training.train"


@dataclass(frozen=True)
class Shop:
    """Tables, a workspace, and the day before which the first champion is trained."""

    data: Path
    workspace: Path
    first: date

    def run(self, verb: str, day: int, *words: str, workspace: Path | None = None) -> Finished:
        """Train or retrain on what happened until some days after the first."""
        until = (self.first + timedelta(days=day)).isoformat()
        place = ["--data", str(self.data), "--workspace", str(workspace or self.workspace)]
        return esnaf(verb, *place, "--until", until, "--quiet", *words, refused=True)

    def ndcg(self, version: str, day: int, workspace: Path | None = None) -> float:
        """NDCG@20 of a version on the window that begins some days after the first."""
        start = (self.first + timedelta(days=day)).isoformat()
        place = ["--data", str(self.data), "--workspace", str(workspace or self.workspace)]
        window = ["--from", start, "--horizon", str(HORIZON)]
        found = esnaf("evaluate", *place, "--model", version, *window, "--quiet")
        return float(found.answer["metrics"][_NDCG])


def add_arguments(parser: ArgumentParser) -> None:
    """How many days, and how large a simulated shop."""
    parser.add_argument("--days", type=int, default=7, metavar="N", help="that come one by one (default 7)")
    parser.add_argument("--weeks", type=int, default=5, metavar="N", help="earlier ones (default 5)")
    parser.add_argument("--customers", type=int, default=4_000, metavar="N", help="of a simulated shop (default 4000)")
    parser.add_argument("--products", type=int, default=3_000, metavar="N", help="of a simulated shop (default 3000)")


def measure(args: Namespace) -> Figures:
    """Train, bring in day after day, and compare with a training on all of them."""
    with tempfile.TemporaryDirectory() as scratch:
        shop = _shop(args, Path(scratch))
        imports = _cpu_of_imports()
        first = shop.run("train", 0)
        days = [shop.run("retrain", day) for day in range(1, args.days + 1)]
        _show(shop, days)
        anew = Path(scratch) / "anew"
        anew.mkdir()
        if (shop.workspace / "esnaf.toml").exists():
            (anew / "esnaf.toml").write_bytes((shop.workspace / "esnaf.toml").read_bytes())
        full = shop.run("train", args.days, workspace=anew)
        refreshed = shop.ndcg("champion", args.days)
        stale = shop.ndcg(first.answer["version"], args.days)
        trained = shop.ndcg("champion", args.days, workspace=anew)
        earlier = _earlier(shop, args.weeks)
    worked = [day for day in days if not day.answer["nothing_new"]]
    work = max(day.answer["work_s"] for day in worked)
    return {
        "days": len(days),
        "days_with_events": len(worked),
        "refused": sum(day.answer["refused"] is not None for day in worked),
        "work_s": work,
        "command_s": max(day.seconds for day in worked),
        "peak_mb": max(day.peak_mb for day in worked),
        "train_work_s": first.cpu_s - imports,
        "work_share": work / (first.cpu_s - imports),
        "train_s": full.seconds,
        "ndcg_at_20": refreshed,
        "trained_ndcg_at_20": trained,
        "stale_ndcg_at_20": stale,
        "quality_ratio": refreshed / trained,
        "stale_ratio": stale / trained,
        **earlier,
    }


def _earlier(shop: Shop, number: int) -> Figures:
    """Mean ratios to a training anew over earlier weeks, whose windows end where the first champion began."""
    settings = Settings.read(shop.workspace / FILE_NAME) if (shop.workspace / FILE_NAME).exists() else Settings({})
    tables, before = load(shop.data, TablesConfig.of(settings)), (shop.first - date(1970, 1, 1)).days * DAY
    found = list(weeks(tables, settings, before, number))
    if not found:
        return {}
    ratios = [(week.refreshed / week.anew, week.stale / week.anew) for week in found]
    rows = [
        (str(date(1970, 1, 1) + timedelta(seconds=week.start)), f"{week.anew:.4f}", *(f"{ratio:.4f}" for ratio in own))
        for week, own in zip(found, ratios, strict=True)
    ]
    print(text_table(("week from", "NDCG@20 anew", "refreshed", "stale"), rows))
    refreshed, stale = zip(*ratios, strict=True)
    return {
        "earlier_weeks": len(found),
        "earlier_quality_ratio": fmean(refreshed),
        "earlier_quality_ratio_least": min(refreshed),
        "earlier_stale_ratio": fmean(stale),
    }


def _shop(args: Namespace, scratch: Path) -> Shop:
    workspace = scratch / "workspace"
    workspace.mkdir()
    if args.data is not None:
        (workspace / "esnaf.toml").write_bytes((WORKSPACES / REAL / "esnaf.toml").read_bytes())
        return Shop(args.data / REAL, workspace, REAL_FIRST)
    data = scratch / "data"
    end = SIMULATED_FIRST + timedelta(days=args.days + HORIZON)
    size = [f"--customers={args.customers}", f"--products={args.products}", "--days=540"]
    esnaf("simulate", str(data), *size, f"--end={end}")
    return Shop(data, workspace, SIMULATED_FIRST)


def _cpu_of_imports() -> float:
    """CPU seconds of a process that only imports."""
    code = f"import time; {_IMPORTS}; print(time.process_time())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _show(shop: Shop, days: list[Finished]) -> None:
    rows = []
    for number, day in enumerate(days, 1):
        found = day.answer
        outcome = "nothing new" if found["nothing_new"] else f"version {found['version']}"
        outcome += f", {found['refused']}" if found["refused"] else ""
        ndcg = "" if found["ndcg_at_20"] is None else f"{found['ndcg_at_20']:.4f}"
        last = shop.first + timedelta(days=number - 1)
        rows.append((str(last), found["events"], ndcg, f"{found['work_s']:.1f}", f"{day.seconds:.1f}", outcome))
    print(text_table(("day", "events", "NDCG@20 before", "work, s", "command, s", ""), rows))


if __name__ == "__main__":
    main("retrain", measure, add_arguments=add_arguments)
