"""A large shop's day: ten million simulated events and a champion, and then the events of one more day."""

import tempfile
from argparse import ArgumentParser, Namespace
from datetime import date, timedelta
from pathlib import Path

from benchmarks.harness import Figures, main
from benchmarks.timing import Finished, esnaf

END = date(2026, 1, 1)


def add_arguments(parser: ArgumentParser) -> None:
    """How large a shop, and over how many days: together they say how much happens in one."""
    parser.add_argument("--events", type=int, default=10_000_000, metavar="N", help="simulated (default 10,000,000)")
    parser.add_argument("--customers", type=int, default=300_000, metavar="N", help="default 300,000")
    parser.add_argument("--products", type=int, default=30_000, metavar="N", help="default 30,000")
    parser.add_argument("--days", type=int, default=600, metavar="N", help="that they happen in (default 600)")


def measure(args: Namespace) -> Figures:
    """Train until the day before the last, and bring that day in."""
    with tempfile.TemporaryDirectory() as scratch:
        data, workspace = Path(scratch) / "data", Path(scratch) / "workspace"
        workspace.mkdir()
        size = [f"--customers={args.customers}", f"--products={args.products}", f"--events={args.events}"]
        esnaf("simulate", str(data), *size, f"--days={args.days}", f"--end={END}")
        trained = _until(END - timedelta(days=1), "train", data, workspace)
        day = _until(END, "retrain", data, workspace)
    return {
        "new_events": day.answer["events"],
        "refused": int(day.answer["refused"] is not None),
        "train_s": trained.seconds,
        "train_peak_mb": trained.peak_mb,
        "work_s": day.answer["work_s"],
        "command_s": day.seconds,
        "peak_mb": day.peak_mb,
    }


def _until(day: date, verb: str, data: Path, workspace: Path) -> Finished:
    place = ["--data", str(data), "--workspace", str(workspace), "--until", day.isoformat()]
    return esnaf(verb, *place, "--quiet", refused=True)


if __name__ == "__main__":
    main("daily", measure, add_arguments=add_arguments)
