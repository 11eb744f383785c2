"""Differences: a table of figures side by side, each with the interval of its paired difference."""

from collections.abc import Callable, Mapping

from training.comparison.difference import Difference
from training.report.marks import interval_mark
from training.report.table import Row, Table
from training.report.words import SIGNS, TONES, number, share

LEAST = 0.01  # that the scale shows


def differences_table(
    found: Mapping[str, Difference], name_of: Callable[[str], str], *, sides: tuple[str, str], caption: str
) -> str:
    """A row for each difference, all on one scale."""
    ends = [max(abs(difference.interval.low), abs(difference.interval.high)) for difference in found.values()]
    limit = max([LEAST, *ends])
    rows = [_row(name_of(name), difference, limit) for name, difference in found.items()]
    scale = (f"-{limit:.3f} worse", f"better +{limit:.3f}")
    return Table(caption, (*sides, "difference", "verdict"), rows, scale=scale).html()


def _row(name: str, found: Difference, limit: float) -> Row:
    tone = TONES[found.verdict]
    drawn = interval_mark(found.interval, limit=limit, margin=found.margin, tone=tone, label=found.text)
    change = "" if found.relative is None else share(found.relative.mean)
    cells = (number(found.first), number(found.second), change, SIGNS[found.verdict])
    return Row(name, cells, drawn, note=f"{found.customers:,} customers", tone=tone)
