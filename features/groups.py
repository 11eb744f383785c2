"""Groups: events summed up by (customer, thing), a thing being a product, category, department or brand."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features import _kernels
from features.arrays import DAY, Codes, Counts, Doubles, Times, lengths_of, positions_in

THINGS = 1 << 31  # any code fits a key of `Occasions`


@dataclass(frozen=True)
class Occasions:
    """N events of things, grouped by (row, thing) and in the order of time within a group.

    Sums run over each group in the order of its events, so they do not depend on who else is in the batch.
    """

    keys: Counts  # (K,) row * things + thing, ascending
    start: Counts  # (K + 1,) where each group begins
    group: Counts  # (N,) the group of each event
    time: Times  # (N,)
    weight: Doubles  # (N,)
    order: Codes  # (N,) number of the customer's order that the event belongs to
    things: int

    @classmethod
    def group_by(
        cls, row: Codes, thing: Codes, *, things: int, time: Times, order: Codes, weight: Doubles, merge: bool
    ) -> "Occasions":
        """Group events that are sorted by row and time; those without a thing (-1) are left out.

        With `merge`, the events of one order in one group are one occasion, with their weights summed.
        """
        parts = _kernels.group(
            np.ascontiguousarray(row, np.int32),
            np.ascontiguousarray(thing, np.int32),
            np.ascontiguousarray(time, np.int64),
            np.ascontiguousarray(order, np.int32),
            np.ascontiguousarray(weight, np.float64),
            things,
            merge,
        )
        return cls(*parts, things)

    def find(self, row: Codes, thing: Codes) -> Counts:
        """The group of each (row, thing), -1 where there is none."""
        if not len(self.keys):
            return np.full(len(row), -1, np.int64)
        keys = row.astype(np.int64)
        keys *= self.things
        keys += thing
        keys[thing < 0] = -1
        return positions_in(self.keys, keys)

    @cached_property
    def count(self) -> Counts:
        """(K,) events."""
        return lengths_of(self.start)

    @cached_property
    def total(self) -> Doubles:
        """(K,) summed weights."""
        return self.sum(self.weight)

    @cached_property
    def first(self) -> Times:
        """(K,) time of the first event."""
        return self.time[self.start[:-1]]

    @cached_property
    def last(self) -> Times:
        """(K,) time of the last event."""
        return self.time[self.start[1:] - 1]

    @cached_property
    def last_order(self) -> Codes:
        """(K,) number of the order of the last event."""
        return self.order[self.start[1:] - 1]

    @cached_property
    def first_order(self) -> Codes:
        """(K,) number of the order of the first event."""
        return self.order[self.start[:-1]]

    @cached_property
    def last_weight(self) -> Doubles:
        """(K,) weight of the last event."""
        return self.weight[self.start[1:] - 1]

    @cached_property
    def gap(self) -> Doubles:
        """(K,) mean days between events, NaN with fewer than two."""
        days = (self.last - self.first) / DAY
        days /= np.maximum(self.count - 1, 1)
        days[self.count < 2] = np.nan
        return days

    @cached_property
    def gap_deviation(self) -> Doubles:
        """(K,) standard deviation of the days between events, NaN with fewer than three."""
        days = np.zeros(len(self.time))
        days[1:] = (self.time[1:] - self.time[:-1]) / DAY
        days[self.start[:-1]] = 0.0
        squares = self.sum(days * days)
        variance = squares / np.maximum(self.count - 1, 1) - self.gap * self.gap
        return np.where(self.count > 2, np.sqrt(np.maximum(variance, 0.0)), np.nan)

    def sum(self, values: Doubles) -> Doubles:
        """(K,) sums of a value of each event."""
        sums = np.bincount(self.group, values, len(self.keys))
        return sums.astype(np.float64, copy=False)  # it is of integers where there is no event

    def decayed(self, at: int, half_life: float) -> Doubles:
        """(K,) events that count half as much after every `half_life` days."""
        return _kernels.decayed(self.start, self.time, at, DAY * half_life)

    def decayed_by_order(self, latest: Codes, factor: float) -> Doubles:
        """(K,) events that count `factor` less for each order since; `latest` (K,) is the newest order's number."""
        return self.sum(np.power(factor, (latest[self.group] - self.order).astype(np.float64)))

    def within(self, start: int, end: int) -> Doubles:
        """(K,) events of `start <= time < end`."""
        return self.sum(((self.time >= start) & (self.time < end)).astype(np.float64))
