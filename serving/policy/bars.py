"""Bars: what frequency caps and cool-downs keep out of each customer's list, from what the customer did.

A bar gives way where a list would be short without it: caps before cool-downs.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import DAY, Array, Bools, Codes, Counts
from features.history import History
from features.kinds import Kind
from training.request import Request

FREE, CAPPED, COOLING = 0, 1, 2  # which of them bar a product; the more, the longer it stays out


def flags(*kinds: Kind) -> Bools:
    """A table that says of each code of a kind whether it is one of these."""
    table = np.zeros(256, np.bool_)
    table[list(kinds)] = True
    return table


_NOTICED = flags(Kind.VIEW, Kind.CLICK, Kind.WISHLIST, Kind.ADD_TO_CART, Kind.PURCHASE)


@dataclass(frozen=True)
class Bar(ABC):
    """A rule that bars products for some customers."""

    name: str
    level: int
    group: Codes  # (P,) what of a product is barred as one; -1 for what never is
    about: Bools  # (P,) the products whose events count
    days: float

    @abstractmethod
    def keys(self, history: History, time: int) -> Counts:
        """What is barred for R customers: row << 32 | group."""

    def recent(self, history: History, time: int) -> Bools:
        """(N,) the events of the last days that are about a product."""
        return (history.time > time - self.days * DAY) & (history.product >= 0)


@dataclass(frozen=True)
class CapBar(Bar):
    """Shown often enough since the customer last took notice of it."""

    shown: int

    def keys(self, history: History, time: int) -> Counts:
        """Products with `shown` impressions or more in the last days, after the last click, cart or purchase."""
        recent = self.recent(history, time)
        shown = np.flatnonzero(recent & (history.kind == Kind.IMPRESSION))
        shown = shown[self.about[history.product[shown]]]
        if len(shown) < self.shown:
            return np.zeros(0, np.int64)
        keys = _keys(history, shown, self.group)
        noticed = np.flatnonzero(recent & _NOTICED[history.kind])
        unnoticed = history.time[shown] > _last(keys, _keys(history, noticed, self.group), history.time[noticed])
        found, count = np.unique(keys[unnoticed], return_counts=True)
        return found[count >= self.shown]


@dataclass(frozen=True)
class CooldownBar(Bar):
    """Rests since the customer did something with it, or with another of its group: its variants, or its category."""

    after: Bools  # (256,) by code of a kind

    def keys(self, history: History, time: int) -> Counts:
        """The groups of the products that the customers did it with in the last days."""
        at = np.flatnonzero(self.recent(history, time) & self.after[history.kind])
        product = history.product[at]
        at = at[self.about[product] & (self.group[product] >= 0)]
        return np.unique(_keys(history, at, self.group))


@dataclass(frozen=True)
class Barred:
    """What R customers are not shown, unless nothing else is left."""

    bars: Sequence[Bar]
    keys: Sequence[Counts]  # of each bar

    @classmethod
    def of(cls, bars: Sequence[Bar], request: Request) -> "Barred":
        """The bars that bar something for these customers."""
        time = request.context.time
        found = [(bar, keys) for bar in bars if len(keys := bar.keys(request.history, time))]
        return cls([bar for bar, _ in found], [keys for _, keys in found])

    def levels(self, row: Array | int, product: Codes) -> Codes:
        """(M,) what bars each of M pairs, `FREE` where nothing does; `row` (M,) or one row for all."""
        level = np.full(len(product), FREE, np.int32)
        for bar, keys in zip(self.bars, self.keys, strict=True):
            hit = self._hit(bar, keys, row, product)
            level[hit] = np.maximum(level[hit], bar.level)
        return level

    def names(self, row: int, product: int, level: int) -> list[str]:
        """The rules of a level that bar a product for one customer."""
        one = np.array([product], np.int32)
        pairs = [pair for pair in zip(self.bars, self.keys, strict=True) if pair[0].level == level]
        return [bar.name for bar, keys in pairs if self._hit(bar, keys, row, one)[0]]

    @staticmethod
    def _hit(bar: Bar, keys: Counts, row: Array | int, product: Codes) -> Bools:
        group = bar.group[product]
        return contained(keys, np.asarray(row, np.int64) << 32 | group) & (group >= 0)


def contained(sorted_keys: Counts, keys: Counts) -> Bools:
    """(M,) which keys are among the sorted ones; a search, since `np.isin` would sort both anew."""
    if not len(sorted_keys):
        return np.zeros(len(keys), np.bool_)
    place = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    found: Bools = sorted_keys[place] == keys
    return found


def _keys(history: History, at: Counts, group: Codes) -> Counts:
    return history.row[at].astype(np.int64) << 32 | group[history.product[at]]


def _last(keys: Counts, noticed: Counts, time: Array) -> Array:
    """(M,) when each key was noticed last, the beginning of time where it never was."""
    last = np.full(len(keys), np.iinfo(np.int64).min)
    if len(noticed):
        by = np.lexsort((time, noticed))
        place = np.searchsorted(noticed[by], keys, side="right") - 1
        found = (place >= 0) & (noticed[by][place] == keys)
        last[found] = time[by][place[found]]
    return last
