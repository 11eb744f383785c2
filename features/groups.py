"""Groups: events summed up by (customer, thing), a thing being a product, category, department or brand."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np

from features import _kernels
from features.arrays import DAY, Bools, Codes, Counts, Doubles, Times, lengths_of
from features.kept import kept
from features.kinds import Kind

if TYPE_CHECKING:
    from features.history import History

THINGS = 1 << 31  # any code fits a key of `Occasions`


@lru_cache
def wanted(*kinds: Kind) -> Bools:
    """(256,) which codes of events are of some kinds."""
    mask = np.zeros(256, np.bool_)
    mask[list(kinds)] = True
    mask.flags.writeable = False
    return mask


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
    def of(cls, history: "History", kinds: Bools, thing: Codes | int | None, *, things: int, merge: bool) -> Self:
        """Group the events of some kinds (see `wanted`) by customer and by the code of their product in `thing` (P,);
        by the product itself where it is None, all together where it is a number. Those without one (-1) are left out.

        With `merge`, the events of one order in one group are one occasion, with their quantities summed.
        """
        parts = _kernels.group(
            history.offsets,
            history.product,
            history.time,
            history.kind,
            history.order,
            history.quantity,
            kinds,
            thing,
            things,
            merge,
        )
        return cls(*parts, things)

    def find(self, row: Codes, product: Codes, thing: Codes | int | None) -> Counts:
        """The group of each pair of customer and product, -1 where there is none; `thing` as in `of`."""
        return _kernels.match(self.keys, row, product, thing, self.things)

    @kept
    def count(self) -> Counts:
        """(K,) events."""
        return lengths_of(self.start)

    @kept
    def total(self) -> Doubles:
        """(K,) summed weights."""
        return self.sum(self.weight)

    @kept
    def first(self) -> Times:
        """(K,) time of the first event."""
        return self.time[self.start[:-1]]

    @kept
    def last(self) -> Times:
        """(K,) time of the last event."""
        return self.time[self.start[1:] - 1]

    @kept
    def last_order(self) -> Codes:
        """(K,) number of the order of the last event."""
        return self.order[self.start[1:] - 1]

    @kept
    def first_order(self) -> Codes:
        """(K,) number of the order of the first event."""
        return self.order[self.start[:-1]]

    @kept
    def last_weight(self) -> Doubles:
        """(K,) weight of the last event."""
        return self.weight[self.start[1:] - 1]

    @kept
    def gap(self) -> Doubles:
        """(K,) mean days between events, NaN with fewer than two."""
        days = (self.last - self.first) / DAY
        days /= np.maximum(self.count - 1, 1)
        days[self.count < 2] = np.nan
        return days

    @kept
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
