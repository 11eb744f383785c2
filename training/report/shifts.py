"""Shifts: what changed between two models in what they read, in their inputs, in their cost and their settings."""

from collections.abc import Mapping
from html import escape

import numpy as np

from training.comparison.drift import Drift
from training.comparison.side import Side
from training.report.marks import bars
from training.report.table import Row, Table
from training.report.words import number
from training.tracking.importance import Importance

MOST_FEATURES = 15
CUSTOMARY = 0.25  # a stability index above is called a large change
STAGES = ("read", "measured", "evaluation", "final", "tracking", "total")


def importance_table(first: Importance | None, second: Importance, sides: tuple[str, str]) -> str:
    """The features that either model uses most, as shares of all SHAP values."""
    found = [_shares(importance) for importance in (first, second) if importance is not None]
    names = sorted(set().union(*found), key=lambda name: -max(share.get(name, 0.0) for share in found))[:MOST_FEATURES]
    limit = max((share.get(name, 0.0) for share in found for name in names), default=0.0)
    rows = []
    for name in names:
        values = [share.get(name, 0.0) for share in found]
        cells = [f"{100 * value:.1f} %" for value in values]
        rows.append(Row(name, cells, bars(values, limit=limit, label=f"{name}: {' and '.join(cells)}")))
    caption = "Share of the mean absolute SHAP value, features that either model uses most"
    return Table(caption, sides[-len(found) :], rows).html()


def drift_table(drifts: tuple[Drift, ...]) -> str:
    """The stability index of each input, and its distributions to look at."""
    limit = max([2 * CUSTOMARY, *(drift.psi for drift in drifts)])
    rows = [
        Row(
            drift.name,
            (f"{drift.psi:.3f}", f"{drift.noise:.3f}"),
            bars([drift.psi], limit=limit, line=CUSTOMARY, label=f"stability index {drift.psi:.3f}"),
            note=f"{drift.customers[0]:,} and {drift.customers[1]:,} customers",
        )
        for drift in drifts
    ]
    caption = (
        "Population stability index; dashed: 0.25, customarily a large change; chance: exceeded once in a thousand"
    )
    return Table(caption, ("index", "chance"), rows).html()


def distributions(drifts: tuple[Drift, ...], sides: tuple[str, str]) -> str:
    """Every distribution, folded away."""
    return "".join(
        f"<details><summary>{escape(_title(drift))}</summary>{_distribution(drift, sides)}</details>"
        for drift in drifts
    )


def cost_table(first: Side, second: Side, sides: tuple[str, str]) -> str:
    """Time, memory and size; empty where nothing is known."""
    found = [(name, _cost(first, key), _cost(second, key)) for name, key in _costs()]
    rows = [_cost_row(name, one, other) for name, one, other in found if other is not None]
    return Table("Each row has a scale of its own", sides, rows).html() if rows else ""


def settings_table(first: Mapping[str, str], second: Mapping[str, str], sides: tuple[str, str]) -> str:
    """The settings that differ; empty where none does, or where those of one are not known."""
    if not first or not second:
        return ""
    names = sorted(name for name in {*first, *second} if first.get(name) != second.get(name))
    rows = [Row(name, (first.get(name, "not set"), second.get(name, "not set"))) for name in names]
    return Table("All other settings are equal", sides, rows).html() if rows else ""


def _shares(found: Importance) -> dict[str, float]:
    total = max(float(np.sum(found.shap)), 1e-12)
    return {name: float(value) / total for name, value in zip(found.names, found.shap, strict=True)}


def _distribution(drift: Drift, sides: tuple[str, str]) -> str:
    shares = [np.asarray(counts / max(counts.sum(), 1)).tolist() for counts in (drift.first, drift.second)]
    limit = max(map(max, shares))
    rows = []
    for label, one, other in zip(drift.labels, *shares, strict=True):
        cells = (f"{100 * one:.1f} %", f"{100 * other:.1f} %")
        rows.append(Row(label, cells, bars([one, other], limit=limit, label=" and ".join(cells))))
    return Table(f"{_title(drift)}: shares of the events", sides, rows).html()


def _title(drift: Drift) -> str:
    return drift.name[:1].upper() + drift.name[1:]


def _costs() -> list[tuple[str, str]]:
    stages = [(f"Training: {stage}, seconds", f"time/{stage}_s") for stage in STAGES]
    return [
        ("One list, ms of CPU time", "answer"),
        ("Bundle, MB", "size"),
        *stages,
        ("Peak memory, MB", "memory/peak_mb"),
    ]


def _cost_row(name: str, one: float | None, other: float) -> Row:
    values = [value for value in (one, other) if value is not None]
    label = " and ".join(map(number, values))
    return Row(name, (number(one), number(other)), bars(values, limit=max(values), label=label))


def _cost(side: Side, key: str) -> float | None:
    own = {"answer": side.answer_ms, "size": side.megabytes}
    return own[key] if key in own else side.metrics.get(key)
