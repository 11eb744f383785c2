"""Clock: when the shop is busy, by hour, weekday and season."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import numpy as np

from esnaf.simulation.parameters import Parameters
from features.arrays import DAY, Array, Doubles, Floats, Times
from features.errors import UsageError

HOUR = 3_600
_HOURS = (3, 2, 1, 1, 1, 2, 5, 9, 13, 16, 18, 19, 20, 19, 17, 16, 17, 19, 22, 25, 26, 23, 15, 7)
_WEEKDAYS = (1.02, 0.98, 0.98, 1.0, 1.06, 1.04, 0.92)  # Monday first
_CHRISTMAS = 345  # day of the year
LAST_START = 2 * HOUR
"""No session begins nearer to the end of the log than this, so that few are cut."""


@dataclass(frozen=True)
class Clock:
    """The log's time and its busyness."""

    start: int
    end: int
    busyness: Doubles  # (hours + 1,) cumulative, in mean days

    @classmethod
    def of(cls, parameters: Parameters) -> Self:
        """The clock of a shop; UsageError where the end is no date."""
        try:
            end = int(datetime.fromisoformat(parameters.end).replace(tzinfo=UTC).timestamp())
        except ValueError as error:
            raise UsageError(f"end of the simulation {parameters.end!r} is not a date such as 2026-01-01") from error
        start = end - parameters.days * DAY
        hours = start + HOUR * np.arange(parameters.days * 24)
        weekday = (hours // DAY + 3) % 7  # the epoch was a Thursday
        level = np.array(_HOURS)[hours % DAY // HOUR] * np.array(_WEEKDAYS)[weekday]
        level = level * (1 + 0.45 * bump(hours, _CHRISTMAS, 24))
        return cls(start, end, np.append(0, np.cumsum(level)) / level.mean() / 24)

    def busy_days(self, times: Array) -> Doubles:
        """Mean days' worth of business before each moment."""
        return np.interp(times, self.start + HOUR * np.arange(len(self.busyness)), self.busyness)

    def at(self, busy_days: Doubles) -> Times:
        """The inverse of `busy_days`."""
        hours = np.interp(busy_days, self.busyness, np.arange(len(self.busyness)))
        return self.start + (hours * HOUR).astype(np.int64)


def bump(times: Array, day: Array | float, width: float) -> Doubles:
    """Between 0 and 1: nearness to a day of the year; `width` in days."""
    distance = np.abs((times / DAY) % 365.25 - day)
    return np.exp(-0.5 * (np.minimum(distance, 365.25 - distance) / width) ** 2)


def season(times: Array, peak_month: Array) -> Floats:
    """(T, G) factor of demand at each time for things with a peak month, 0 for none."""
    middle = (peak_month - 0.5) * 30.44
    height = np.where(peak_month == 0, 0.0, np.where(peak_month == 12, 1.6, 1.1))
    curve = 0.7 + height * bump(times[:, None], middle, 38)
    return np.where(peak_month == 0, 1.0, curve).astype(np.float32)
