"""Figures of a run, drawn without a display.

Each function takes what was measured and gives a Matplotlib figure; `save` writes them all.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.beyond import Background, popularity_percentile
from training.evaluation.calibration import Calibration
from training.evaluation.protocol import MODEL, REFERENCE, Report
from training.tracking.importance import Importance

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 110
MODEL_COLOUR = "#c2410c"
PLAIN_COLOUR = "#0f766e"
BASELINE_COLOURS = {"decay": "#1d4ed8", "frequency": "#7e22ce", "popular": "#64748b"}
OTHER_COLOURS = ("#0f766e", "#a16207", "#be185d", "#15803d", "#0369a1", "#9f1239", "#4d7c0f", "#6d28d9")
GREY = "#94a3b8"
TOP_FEATURES = 20
MOST_LINES = 8


def save(figures: "Mapping[str, Figure]", folder: Path) -> None:
    """Write `NAME.png` for each figure."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=DPI)


def metric_at_k(report: Report, metrics: Sequence[str] = ("ndcg", "recall")) -> "Figure":
    """The model against the baselines at each k, with 95 % intervals."""
    figure, panels = _figure(len(metrics))
    for panel, metric in zip(panels, metrics, strict=True):
        for place, name in enumerate(_shown(report, metrics[0])):
            _interval_line(panel, report, name, metric, place)
        _finish(panel, title=_title(metric), x="length of the list, k", y=f"{_title(metric)} at k")
        panel.set_xticks(range(len(report.ks)), [str(k) for k in report.ks])
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center", frameon=False)
    return figure


def recall_by_generator(metrics: Mapping[str, float]) -> "Figure":
    """Recall of each source of candidates, and the part that no other one named."""
    found = {name.split("/")[1]: value for name, value in metrics.items() if _is_recall(name)}
    names = sorted(found, key=lambda name: (name != "any", found[name]))
    names = [*names[1:], names[0]] if "any" in found else names
    alone = [metrics.get(f"generator/{name}/recall_alone", 0.0) for name in names]
    figure, (panel,) = _figure(1, height=1.4 + 0.32 * len(names))
    rows = range(len(names))
    panel.barh(rows, [found[name] for name in names], color=[_generator_colour(name) for name in names], height=0.7)
    panel.barh(rows, alone, color=MODEL_COLOUR, height=0.7, label="named by no other")
    for row, name in zip(rows, names, strict=True):
        panel.text(found[name], row, f" {found[name]:.3f}", va="center", fontsize=8)
    panel.set_yticks(rows, ["all together" if name == "any" else name for name in names])
    panel.margins(x=0.12)
    _finish(panel, title="Recall of candidates by generator", x="share of the products bought, mean over customers")
    panel.legend(frameon=False, loc="lower right")
    return figure


def importance(found: Importance) -> "Figure":
    """The features that matter most, by gain and by mean |SHAP value|."""
    figure, panels = _figure(2, height=1.2 + 0.24 * min(TOP_FEATURES, len(found.names)))
    shown = (("Gain", found.gain, "share of the trees' gain"), ("SHAP", found.shap, "mean |contribution| to the score"))
    for panel, (title, values, label) in zip(panels, shown, strict=True):
        top = np.argsort(values, kind="stable")[-TOP_FEATURES:]
        panel.barh(range(len(top)), values[top], color=PLAIN_COLOUR, height=0.7)
        panel.set_yticks(range(len(top)), [found.names[i] for i in top], fontsize=8)
        panel.margins(y=0.01)
        _finish(panel, title=f"Feature importance: {title}", x=label)
    return figure


def calibration(found: Calibration) -> "Figure":
    """Share bought by decile of the score."""
    figure, (panel,) = _figure(1)
    places = range(1, len(found.rate) + 1)
    error = 1.96 * np.sqrt(found.rate * (1 - found.rate) / found.size)
    bars = panel.bar(places, found.rate, color=PLAIN_COLOUR, width=0.75)
    panel.bar_label(bars, fmt="%.2f", label_type="center", color="white", fontsize=8)
    panel.errorbar(places, found.rate, error, fmt="none", ecolor="#1e293b", capsize=2, lw=1)
    panel.set_xticks(places, [f"{place}\n{score:.2f}" for place, score in zip(places, found.score, strict=True)])
    _finish(panel, title="Calibration: bought by decile of the score", x="decile, and its mean score", y="share bought")
    return figure


def by_slice(report: Report, names: Sequence[str] = (MODEL, REFERENCE), metric: str = "ndcg") -> "Figure":
    """The model and the reference by activity band and segment."""
    name_at_k = f"{metric}_at_{max(report.ks)}"
    slices = {label: within for label, within in report.slices.items() if within.any()}
    figure, (panel,) = _figure(1, width=max(6.4, 1.6 + 0.75 * len(slices)))
    width = 0.8 / len(names)
    for place, name in enumerate(n for n in names if n in report.scores):
        scores = report.scores[name]["all"]
        heights = [scores.mean(name_at_k, within) for within in slices.values()]
        errors = [_half_width(scores.values[name_at_k][within]) for within in slices.values()]
        left = np.arange(len(slices)) + (place - (len(names) - 1) / 2) * width
        colour = _colour(name, place)
        panel.bar(left, heights, width, label=name, color=colour, yerr=errors, ecolor="#1e293b", capsize=2)
    labels = [f"{_slice_title(label)}\n({within.sum():,})" for label, within in slices.items()]
    panel.set_xticks(range(len(slices)), labels, fontsize=8)
    title = f"{_title(metric)} at {max(report.ks)} by orders before the cut and segment (customers)"
    _finish(panel, title=title, y=f"{_title(metric)} at {max(report.ks)}")
    panel.legend(frameon=False, loc="upper left")
    return figure


def popularity(report: Report, background: Background) -> "Figure":
    """How popular the products are that are shown, against those that were bought."""
    percentile = popularity_percentile(background.buyers)
    figure, (panel,) = _figure(1)
    bins = np.linspace(0, 1, 21).tolist()
    bought = report.truth.bought.product
    known = percentile[bought[bought < len(percentile)]]
    panel.hist(known, bins, weights=_shares(known), color=GREY, alpha=0.6, label="bought in the window")
    for place, name in enumerate(n for n in (MODEL, REFERENCE, "popular") if n in report.lists):
        products = background.seen(report.lists[name].modes["all"].products)
        shown = percentile[products[products >= 0]]
        style: dict[str, Any] = {
            "histtype": "step",
            "lw": 1.8,
            "color": _colour(name, place),
            "label": f"shown by {name}",
        }
        panel.hist(shown, bins, weights=_shares(shown), **style)
    title = "Popularity of what is shown"
    _finish(panel, title=title, x="popularity percentile of the product (1: most buyers)", y="share of listed products")
    panel.legend(frameon=False, loc="upper left")
    return figure


def of_run(
    report: Report,
    metrics: Mapping[str, float],
    background: Background | None = None,
    found: Importance | None = None,
) -> "dict[str, Figure]":
    """Every figure that the measurements of a run allow, by name."""
    drawn: dict[str, Callable[[], Figure]] = {}
    if report.scores.get(MODEL, {}).get("all") is not None:
        drawn["metric_at_k"] = lambda: metric_at_k(report)
        drawn["by_activity"] = lambda: by_slice(report)
        ranked = report.lists[MODEL].modes["all"]
        drawn["calibration"] = lambda: calibration(Calibration.of(ranked, report.truth.bought))
        if background is not None:
            drawn["popularity"] = lambda: popularity(report, background)
    if any(_is_recall(name) for name in metrics):
        drawn["recall_by_generator"] = lambda: recall_by_generator(metrics)
    if found is not None:
        drawn["importance"] = lambda: importance(found)
    return {name: draw() for name, draw in drawn.items()}


def _figure(panels: int, *, width: float | None = None, height: float = 4.2) -> "tuple[Figure, list[Axes]]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width or 6.4 + 4.6 * (panels - 1), height), layout="constrained")
    return figure, list(np.atleast_1d(figure.subplots(1, panels)))


def _finish(panel: "Axes", *, title: str, x: str = "", y: str = "") -> None:
    panel.set_title(title, fontsize=10, loc="left", fontweight="bold")
    panel.set_xlabel(x, fontsize=9)
    panel.set_ylabel(y, fontsize=9)
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(axis="x" if not y else "y", color="#e2e8f0", lw=0.8)
    panel.set_axisbelow(True)


def _interval_line(panel: "Axes", report: Report, name: str, metric: str, place: int) -> None:
    found = [report.interval(name, f"{metric}_at_{k}") for k in report.ks]
    middle = np.array([i.mean for i in found])
    ends = np.array([[i.mean - i.low for i in found], [i.high - i.mean for i in found]])
    left = np.arange(len(found)) + 0.03 * (place - MOST_LINES / 2)  # so that intervals do not hide each other
    style: dict[str, Any] = {"lw": 2.4, "zorder": 5} if name == MODEL else {"lw": 1.2}
    panel.errorbar(
        left, middle, ends, label=name, color=_colour(name, place), marker="o", ms=4, capsize=2, elinewidth=1, **style
    )


def _shown(report: Report, metric: str) -> list[str]:
    """The model, the counting baselines and the best of the other rankings, best first."""
    k = max(report.ks)
    mean = {name: modes["all"].mean(f"{metric}_at_{k}") for name, modes in report.scores.items() if "all" in modes}
    ordered = sorted(mean, key=lambda name: (name != MODEL and name not in BASELINE_COLOURS, -mean[name]))
    return sorted(ordered[:MOST_LINES], key=lambda name: -mean[name])


def _colour(name: str, place: int) -> str:
    known = {MODEL: MODEL_COLOUR} | BASELINE_COLOURS
    return known.get(name) or OTHER_COLOURS[place % len(OTHER_COLOURS)]


def _generator_colour(name: str) -> str:
    return "#334155" if name == "any" else GREY


def _is_recall(name: str) -> bool:
    return name.startswith("generator/") and name.endswith("/recall")


def _title(metric: str) -> str:
    return {"ndcg": "NDCG", "map": "MAP", "mrr": "MRR"}.get(metric, metric.replace("_", " ").capitalize())


def _slice_title(label: str) -> str:
    if not label.startswith("orders_"):
        return label.replace(".", "\n").replace("_", " ")
    low, _, high = label.removeprefix("orders_").partition("_")
    span = f"{low}+" if high == "up" else f"{low}-{high}" if high else low
    return f"{span} order{'s' if span != '1' else ''}"


def _half_width(values: Any) -> float:
    return float(1.96 * values.std() / np.sqrt(len(values)))


def _shares(values: Any) -> Any:
    return np.full(len(values), 1 / max(len(values), 1))
