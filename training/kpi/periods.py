"""Periods: the weeks, months or quarters that figures are told for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np

from features.arrays import Codes, Times


@dataclass(frozen=True)
class Periods:
    """P periods, one after the other."""

    edges: Times  # (P + 1,) seconds since the epoch, UTC

    @classmethod
    def back_from(cls, end: int, length: str, count: int, *, start: int) -> Self:
        """The last `count` periods before `end`, the newest of which holds the second before it; none that ended before
        the log began at `start`."""
        edge = _begin(datetime.fromtimestamp(end - 1, UTC), length)
        edges = [end]
        for _ in range(count):
            edges.append(int(edge.timestamp()))
            if edges[-1] <= start:
                break
            edge = _begin(edge - timedelta(seconds=1), length)
        return cls(np.array(edges[::-1], np.int64))

    def __len__(self) -> int:
        return len(self.edges) - 1

    def of(self, time: Times) -> Codes:
        """(N,) the period of each time, -1 for what is in none."""
        found = np.searchsorted(self.edges, time, side="right") - 1
        found[found >= len(self)] = -1
        return found.astype(np.int32)

    def days(self, period: int) -> tuple[str, str]:
        """The first day of a period, and the first one after it."""
        begin, end = (datetime.fromtimestamp(int(edge), UTC) for edge in self.edges[period : period + 2])
        return begin.date().isoformat(), end.date().isoformat()


def _begin(moment: datetime, length: str) -> datetime:
    """The beginning of the period that a moment is in."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if length == "week":
        return day - timedelta(days=day.weekday())
    month = day.month if length == "month" else day.month - (day.month - 1) % 3
    return day.replace(month=month, day=1)
