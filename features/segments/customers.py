"""Customers: what is known of R customers as of a moment, in numbers that segments and expressions are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from features.arrays import DAY, Array, Bools, Codes, Counts, Doubles, Times, zeroed
from features.catalogue import Catalogue
from features.groups import Occasions
from features.history import History
from features.kinds import Kind
from features.profiles import Profiles
from features.touch import CHANNELS, DEVICES, WIDTH

TOUCHES = (Kind.VIEW, Kind.CLICK, Kind.SEARCH, Kind.ADD_TO_CART, Kind.PURCHASE)
_TOUCHES = np.zeros(256, np.bool_)
_TOUCHES[list(TOUCHES)] = True


@dataclass(frozen=True)
class Customers:
    """R customers; every array has one entry a customer. Sums run over each customer's events in their order, so that
    they do not depend on who else is there."""

    history: History
    profiles: Profiles
    catalogue: Catalogue
    time: int  # seconds since the epoch, UTC
    given: Mapping[str, Doubles] = field(default_factory=dict)  # (R,) what a model adds, such as a predicted value

    def __len__(self) -> int:
        return len(self.history)

    @cached_property
    def bought(self) -> History:
        """The purchase lines."""
        return self.history.purchases

    @cached_property
    def touches(self) -> History:
        """Events by which a channel and a device are told: what customers did themselves."""
        return self.history.only(_TOUCHES[self.history.kind])

    @cached_property
    def orders(self) -> "Orders":
        """The orders of all customers."""
        return Orders.of(self.bought)

    @cached_property
    def spent(self) -> Doubles:
        """(N,) what each purchase line cost, 0 where that is not known."""
        return zeroed(self.bought.price.astype(np.float64)) * self.bought.quantity

    @cached_property
    def pairs(self) -> Occasions:
        """The orders by product."""
        repeats: Occasions = self.history.repeats
        return repeats

    def total(self, values: Array, of: History) -> Doubles:
        """(R,) sums of a value of each event of a part of the history."""
        return np.bincount(of.row, values, len(self)).astype(np.float64, copy=False)

    def count(self, of: History, *, days: float | None = None) -> Doubles:
        """(R,) events of a part of the history, in the last days or ever."""
        if days is None:
            return np.diff(of.offsets).astype(np.float64)
        return self.total(of.time >= self.time - days * DAY, of)

    def days_since(self, times: Doubles) -> Doubles:
        """(R,) days from a time, NaN stays."""
        return np.maximum((self.time - times) / DAY, 0.0)

    @cached_property
    def channels(self) -> Doubles:
        """(R, K) share of each channel in what the customer did, as far as it is told; NaN where it never is."""
        return self._shares(self.touches.touch // WIDTH, len(CHANNELS))

    @cached_property
    def devices(self) -> Doubles:
        """(R, K) likewise of each kind of device."""
        return self._shares(self.touches.touch % WIDTH, len(DEVICES))

    def _shares(self, codes: Array, size: int) -> Doubles:
        keys = self.touches.row.astype(np.int64) * size + codes
        count = np.bincount(keys, minlength=len(self) * size).reshape(len(self), size).astype(np.float64)
        count[:, 0] = 0  # not told
        told = count.sum(axis=1, keepdims=True)
        shares = np.full_like(count, np.nan)
        np.divide(count, told, out=shares, where=told > 0)
        return shares


@dataclass(frozen=True)
class Orders:
    """O orders in the order of customers and time."""

    row: Codes  # (O,)
    time: Times  # (O,) of the first line
    line: Counts  # (N,) the order of each purchase line
    first: Bools  # (O,) whether it is its customer's first

    @classmethod
    def of(cls, bought: History) -> "Orders":
        """The orders that purchase lines belong to."""
        number = bought.order_number
        begins = np.append(True, number[1:] != number[:-1])[: len(number)]
        at = np.flatnonzero(begins)
        row = bought.row[at]
        return cls(row, bought.time[at], number.astype(np.int64), np.append(True, row[1:] != row[:-1])[: len(row)])

    def __len__(self) -> int:
        return len(self.row)

    @cached_property
    def gap(self) -> Doubles:
        """(O,) days since the customer's order before, NaN for the first."""
        days = np.full(len(self), np.nan)
        days[1:] = np.diff(self.time) / DAY
        days[self.first] = np.nan
        return days

    def sum(self, values: Array) -> Doubles:
        """(O,) sums of a value of each purchase line."""
        return np.bincount(self.line, values, len(self)).astype(np.float64, copy=False)


def ratio(above: Array, below: Array) -> Doubles:
    """(R,) quotients, NaN where nothing is below."""
    result = np.full(len(above), np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result
