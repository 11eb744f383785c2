"""Time and memory of `esnaf train` and of each of its stages, on simulated shops of 0.1, 1 and 10 million events."""

import math
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import Figures, main
from benchmarks.timing import Finished, esnaf
from esnaf.output import markdown_table

FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "scale.svg"
EVENTS = (100_000, 1_000_000, 10_000_000)
EVENTS_A_CUSTOMER = 10_000_000 / 300_000
LARGEST, PRODUCTS = 10_000_000, 30_000  # products grow with the root of the events
LEAST_PRODUCTS, LEAST_CUSTOMERS = 100, 50


@dataclass(frozen=True)
class Run:
    """One shop, simulated and trained on."""

    events: int  # those the simulation wrote
    simulated: Finished
    trained: Finished

    @property
    def stages(self) -> dict[str, tuple[float, float]]:
        """Stage -> seconds, and the most memory held by its end."""
        seconds, peaks = self.trained.answer["seconds"], self.trained.answer["peak_mb"]
        return {name: (seconds[name], peaks[name]) for name in seconds}


def measure(args: Namespace) -> Figures:
    """Train on each shop; draws the picture."""
    runs = [_run(events) for events in args.events]
    print(stage_table(runs))
    if len(runs) > 1:
        draw(runs, args.figure)
    figures: dict[str, float] = {}
    for asked, run in zip(args.events, runs, strict=True):
        name = short(asked)
        figures |= {
            f"events_{name}_rows": run.events,
            f"simulate_{name}_s": run.simulated.seconds,
            f"simulate_{name}_peak_mb": run.simulated.peak_mb,
            f"train_{name}_s": run.trained.seconds,
            f"train_{name}_peak_mb": run.trained.peak_mb,
        }
    return figures | slopes(runs)


def slopes(runs: Sequence[Run]) -> dict[str, float]:
    """Growth from the second largest shop to the largest, as the power of the number of events: 1 is linear."""
    if len(runs) < 2:
        return {}
    small, large = runs[-2:]
    times = math.log(large.events / small.events)
    return {
        "slope": math.log(large.trained.seconds / small.trained.seconds) / times,
        "memory_slope": math.log(large.trained.peak_mb / small.trained.peak_mb) / times,
    }


def short(events: int) -> str:
    """`0.1m`, `1m`, `10m`, without the point: `01m`."""
    return f"{events / 1e6:g}m".replace(".", "")


def stage_table(runs: Sequence[Run]) -> str:
    """Seconds, and MB held by the end, of every stage on every shop."""
    rows = []
    for name in runs[-1].stages:
        cells = [run.stages.get(name) for run in runs]
        rows.append([name, *("" if c is None else f"{c[0]:.1f} s, {c[1]:,.0f} MB" for c in cells)])
    whole = [f"{run.trained.seconds:.1f} s, {run.trained.peak_mb:,.0f} MB" for run in runs]
    head = ["stage", *(f"{run.events:,} events" for run in runs)]
    return markdown_table(head, [*rows, ["the whole command", *whole]])


def draw(runs: Sequence[Run], path: Path) -> None:
    """Wall time and peak memory against events, beside linear growth."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # A fixed salt and no date: the same figures draw the same file.
    with mpl.rc_context({"svg.hashsalt": "esnaf", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        wall, peak = figure.subplots(1, 2)
        events = [run.events for run in runs]
        _panel(wall, events, [run.trained.seconds for run in runs], title="Wall time of `esnaf train`", unit="seconds")
        _panel(peak, events, [run.trained.peak_mb for run in runs], title="Peak memory", unit="MB")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})


def _panel(panel: Any, events: Sequence[int], values: Sequence[float], *, title: str, unit: str) -> None:
    linear = [values[-1] * n / events[-1] for n in events]
    panel.loglog(events, linear, color="#94a3b8", linestyle="--", label="linear")
    panel.loglog(events, values, color="#1b6ca8", marker="o", label="measured")
    for n, value in zip(events, values, strict=True):
        panel.annotate(f"{value:,.0f}", (n, value), textcoords="offset points", xytext=(0, 7), ha="center")
    panel.set(title=title, xlabel="events", ylabel=unit)
    panel.margins(0.15)
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, loc="upper left")


def _run(events: int) -> Run:
    customers = max(LEAST_CUSTOMERS, round(events / EVENTS_A_CUSTOMER))
    products = max(LEAST_PRODUCTS, round(PRODUCTS * math.sqrt(events / LARGEST)))
    with tempfile.TemporaryDirectory() as scratch:
        data, workspace = f"{scratch}/data", f"{scratch}/workspace"
        size = [f"--events={events}", f"--customers={customers}", f"--products={products}"]
        simulated = esnaf("simulate", data, *size)
        trained = esnaf("train", "--data", data, "--workspace", workspace, "--quiet")
        return Run(int(simulated.answer["rows"]["events"]), simulated, trained)


def add_arguments(parser: ArgumentParser) -> None:
    """Which sizes, and where the picture goes."""
    parser.add_argument("--events", type=int, nargs="+", default=list(EVENTS), metavar="N", help="sizes, ascending")
    parser.add_argument("--figure", type=Path, default=FIGURE, metavar="FILE", help="the picture (docs/figures)")


if __name__ == "__main__":
    main("scale", measure, add_arguments=add_arguments)
