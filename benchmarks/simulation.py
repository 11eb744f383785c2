"""The simulated shop beside real ones: the figures it was set by, and a picture of them."""

import re
import tempfile
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import purchases
from benchmarks.harness import Figures, main
from benchmarks.shape import Shape
from esnaf.output import markdown_table
from esnaf.simulation.parameters import Parameters
from esnaf.simulation.shop import simulate
from features.arrays import Array

DOCS = Path(__file__).parents[1] / "docs"
LIKE_ONLINE_RETAIL = replace(Parameters(), customers=5_000, products=4_400, days=638)
"""As many customers, products and days as Online Retail, everything else as it always is."""
_TABLE = re.compile(r"(<!-- table simulation -->\n).*?(<!-- end -->)", re.DOTALL)
_COLOURS = {"Online Retail": "#7a7a7a", "Complete Journey": "#c9a227", "simulated": "#1b6ca8"}


def measure(args: Namespace) -> Figures:
    """Figures of each log; draws the picture and fills the page's table where both real sets are there."""
    with tempfile.TemporaryDirectory() as folder:
        made = simulate(Path(folder), LIKE_ONLINE_RETAIL)
        shapes = {"simulated": Shape.of(purchases.simulated(Path(folder)))}
    if args.data is not None:
        shapes["Online Retail"] = Shape.of(purchases.online_retail(args.data))
        shapes["Complete Journey"] = Shape.of(purchases.complete_journey(args.data))
        draw(shapes, args.docs / "figures" / "simulation.svg")
    figures = {
        f"{_key(name)}_{figure}": value
        for name, shape in shapes.items()
        for figure, value in shape.figures().items()
        if not np.isnan(value)
    }
    text = table(figures)
    print(text)
    if args.data is not None:
        page = args.docs / "simulation.md"
        page.write_text(_TABLE.sub(lambda match: f"{match[1]}{text}\n{match[2]}", page.read_text()))
    return {**figures, "events_rows": made.rows["events"]}


def table(figures: Figures) -> str:
    """The logs side by side, in Markdown."""
    start = f"{_key('simulated')}_"
    names = [key.removeprefix(start) for key in figures if key.startswith(start)]
    there = [log for log in _COLOURS if any(key.startswith(f"{_key(log)}_") for key in figures)]
    cells = [[figures.get(f"{_key(log)}_{name}") for log in there] for name in names]
    rows = [
        [name.replace("_", " "), *("" if value is None else f"{value:.3g}" for value in row)]
        for name, row in zip(names, cells, strict=True)
    ]
    return markdown_table(["figure", *there], rows)


def _key(log: str) -> str:
    return log.lower().replace(" ", "_")


def draw(shapes: dict[str, Shape], path: Path) -> None:
    """Six curves of each log."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # A fixed salt and no date: the same data draw the same file.
    with mpl.rc_context({"svg.hashsalt": "esnaf", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(10, 5.6), layout="constrained")
        axes = figure.subplots(2, 3).ravel()
        for name, shape in shapes.items():
            _curves(axes, shape, {"color": _COLOURS[name], "label": name, "linewidth": 1.6})
        _label(axes)
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})


def _curves(axes: Any, shape: Shape, line: dict[str, Any]) -> None:
    share = np.cumsum(shape.popularity) / shape.popularity.sum()
    part = np.linspace(0, 1, 201)
    axes[0].plot(part, np.interp(part, np.arange(len(share) + 1) / len(share), np.append(0, share)), **line)
    for axis, values in (
        (axes[1], shape.orders),
        (axes[2], shape.basket),
        (axes[3], np.maximum(shape.gaps.round(), 1)),
    ):
        axis.loglog(*_at_least(values), **line)
    repeats = [shape.repeat_share, shape.later_repeat_share, float((shape.orders == 1).mean())]
    axes[4].plot(range(3), repeats, marker="o", linestyle="none", color=line["color"])
    if len(shape.prices):
        logs = np.log(shape.prices / np.median(shape.prices))
        axes[5].hist(logs, bins=np.linspace(-4, 4, 49), density=True, histtype="step", **line)


def _at_least(values: Array) -> tuple[Array, Array]:
    """Each value, and the share of all that are at least as large."""
    level, first = np.unique(np.sort(values), return_index=True)
    return level, 1 - first / len(values)


def _label(axes: Any) -> None:
    texts = (
        ("Popularity", "share of the products, most bought first", "share of the lines"),
        ("Orders of a customer", "at least so many", "share of the customers"),
        ("Lines of an order", "at least so many", "share of the orders"),
        ("Days between two orders", "at least so many", "share of the gaps"),
        ("Shares", "", ""),
        ("Prices against the median", "logarithm", "density"),
    )
    for axis, (title, below, beside) in zip(axes, texts, strict=True):
        axis.set(title=title, xlabel=below, ylabel=beside)
        axis.spines[["top", "right"]].set_visible(False)
    labels = ["repeat lines", "the same after\nfirst orders", "one-order\ncustomers"]
    axes[4].set(xticks=range(3), xticklabels=labels, ylim=(0, 0.6), xlim=(-0.5, 2.5))


def add_arguments(parser: ArgumentParser) -> None:
    """Where the picture and the table go."""
    parser.add_argument("--docs", type=Path, default=DOCS, metavar="DIR", help="holds simulation.md and figures/")


if __name__ == "__main__":
    main("simulation", measure, add_arguments=add_arguments)
