"""Groups: events summed up by (customer, thing), a thing being a product, category, department or brand."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import DAY, Codes, Counts, Doubles, Times, positions_in


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
        key = row.astype(np.int64) * things + thing
        by = np.argsort(key, kind="stable")
        by = by[thing[by] >= 0]
        key, time, order, weight = key[by], time[by], order[by], weight[by]
        if merge and len(key):
            new = np.empty(len(key), np.bool_)
            new[0] = True
            new[1:] = (key[1:] != key[:-1]) | (order[1:] != order[:-1])
            weight = np.bincount(np.cumsum(new) - 1, weight).astype(np.float64, copy=False)
            key, time, order = key[new], time[new], order[new]
        first = np.ones(len(key), np.bool_)
        first[1:] = key[1:] != key[:-1]
        start = np.append(np.flatnonzero(first), len(key))
        return cls(key[first], start, np.cumsum(first) - 1, time, weight, order, things)

    def find(self, row: Codes, thing: Codes) -> Counts:
        """The group of each (row, thing), -1 where there is none."""
        found = positions_in(self.keys, row.astype(np.int64) * self.things + thing)
        return np.where(thing >= 0, found, -1)

    @cached_property
    def count(self) -> Counts:
        """(K,) events."""
        return np.diff(self.start)

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
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.count > 1, (self.last - self.first) / DAY / (self.count - 1), np.nan)

    @cached_property
    def gap_deviation(self) -> Doubles:
        """(K,) standard deviation of the days between events, NaN with fewer than three."""
        days = np.zeros(len(self.time))
        days[1:] = np.diff(self.time) / DAY
        days[self.start[:-1]] = 0.0
        squares = self.sum(days * days)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = squares / (self.count - 1) - self.gap * self.gap
            return np.where(self.count > 2, np.sqrt(np.maximum(variance, 0.0)), np.nan)

    def sum(self, values: Doubles) -> Doubles:
        """(K,) sums of a value of each event."""
        sums = np.bincount(self.group, values, len(self.keys))
        return sums.astype(np.float64, copy=False)  # it is of integers where there is no event

    def decayed(self, at: int, half_life: float) -> Doubles:
        """(K,) events that count half as much after every `half_life` days."""
        return self.sum(np.exp2((self.time - at) / (DAY * half_life)))

    def decayed_by_order(self, latest: Codes, factor: float) -> Doubles:
        """(K,) events that count `factor` less for each order since; `latest` (K,) is the newest order's number."""
        return self.sum(np.power(factor, (latest[self.group] - self.order).astype(np.float64)))

    def within(self, start: int, end: int) -> Doubles:
        """(K,) events of `start <= time < end`."""
        return self.sum(((self.time >= start) & (self.time < end)).astype(np.float64))
