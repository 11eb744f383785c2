"""Marks: the small drawings of a report's rows, as inline SVG that stretches with its cell.

Lengths are percentages, so that nothing is scaled on a narrow screen; colours come from the style of the page.
"""

from collections.abc import Sequence
from html import escape

from training.evaluation.bootstrap import Interval

MIDDLE = 12  # of a mark, px


def interval_mark(found: Interval, *, limit: float, margin: float, tone: str, label: str) -> str:
    """An interval on a scale from -limit to limit, with the margin within which nothing counts."""
    low, mean, high = (_place(value, limit) for value in (found.low, found.mean, found.high))
    band = _place(margin, limit) - 50
    return _svg(
        label,
        f'<rect x="{50 - band:.2f}%" width="{2 * band:.2f}%" y="0" height="24" fill="var(--band)"/>'
        '<line x1="50%" x2="50%" y1="0" y2="24" stroke="var(--soft)" stroke-width="1"/>'
        f'<line x1="{low:.2f}%" x2="{high:.2f}%" y1="{MIDDLE}" y2="{MIDDLE}" stroke="var(--{tone})" '
        'stroke-width="4" stroke-linecap="round"/>'
        f'<circle cx="{mean:.2f}%" cy="{MIDDLE}" r="6" fill="var(--{tone})" stroke="var(--paper)" stroke-width="1.5"/>',
    )


def bars(values: Sequence[float], *, limit: float, label: str, line: float | None = None) -> str:
    """One or two bars from 0 to limit, the first model's above the second's, and a line that should not be crossed."""
    colours = ("first", "second") if len(values) == 2 else ("second",)
    height = 20 / len(values)
    drawn = [
        f'<rect x="0" y="{2 + height * place:.1f}" width="{_share(value, limit):.2f}%" height="{height - 1:.1f}" '
        f'rx="1.5" fill="var(--{colour})"/>'
        for place, (value, colour) in enumerate(zip(values, colours, strict=True))
    ]
    if line is not None and line <= limit:
        at = _share(line, limit)
        drawn.append(
            f'<line x1="{at:.2f}%" x2="{at:.2f}%" y1="0" y2="24" stroke="var(--worse)" stroke-dasharray="3 2"/>'
        )
    return _svg(label, "".join(drawn))


def _svg(label: str, inside: str) -> str:
    return f'<svg role="img" aria-label="{escape(label)}" height="24">{inside}</svg>'


def _place(value: float, limit: float) -> float:
    return 50 + 50 * max(-1.0, min(1.0, value / limit)) if limit > 0 else 50.0


def _share(value: float, limit: float) -> float:
    return 100 * max(0.0, min(1.0, value / limit)) if limit > 0 else 0.0
