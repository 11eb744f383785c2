"""History: what each customer did, as a struct of arrays sorted by customer and time."""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from features.arrays import Array, Bools, Codes, Floats, Offsets, Times, elements_of, lengths_of, rows_of
from features.groups import THINGS, Occasions, wanted
from features.kept import kept
from features.kinds import Kind


def nowhere() -> Array:
    """Events whose channel and device are not told."""
    return np.zeros(0, np.uint8)


@dataclass(frozen=True)
class History:
    """Events of R customers; row r owns the slice `offsets[r]:offsets[r + 1]`, in the order of time.

    One customer is a History of one row. Purchases are net: what was refunded before the moment of the History is
    taken off their quantity, and lines that were refunded whole are gone, as are the refunds themselves.
    """

    offsets: Offsets  # (R + 1,)
    product: Codes  # (N,) -1 for events without a product
    time: Times  # (N,)
    kind: Array  # (N,) uint8, codes of `Kind`
    quantity: Floats  # (N,) units
    price: Floats  # (N,) price of a unit in the shop's currency, NaN where unknown
    order: Codes  # (N,) number of the order, -1 where there is none
    touch: Array = field(default_factory=nowhere)  # (N,) uint8 of `features.touch`

    def __post_init__(self) -> None:
        if len(self.touch) != len(self.time):
            object.__setattr__(self, "touch", np.zeros(len(self.time), np.uint8))

    @classmethod
    def empty(cls, rows: int) -> Self:
        """`rows` customers of whom nothing is known."""
        return cls(
            np.zeros(rows + 1, np.int64),
            np.zeros(0, np.int32),
            np.zeros(0, np.int64),
            np.zeros(0, np.uint8),
            np.zeros(0, np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.int32),
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @kept
    def row(self) -> Codes:
        """(N,) the customer's row of each event."""
        return rows_of(self.offsets)

    @kept
    def order_number(self) -> Codes:
        """(N,) the number of the customer's order that each event belongs to, counted from 0 over all rows.

        Neighbouring lines are of one order if they share its number, or the time where there is no number.
        """
        new = np.ones(len(self.time), np.bool_)
        numbered = self.order >= 0
        new[1:] = np.where(
            numbered[1:] & numbered[:-1], self.order[1:] != self.order[:-1], self.time[1:] != self.time[:-1]
        )
        new[self.offsets[:-1][lengths_of(self.offsets) > 0]] = True
        number: Codes = np.cumsum(new, dtype=np.int32)
        number -= 1
        return number

    @property
    def purchases(self) -> "History":
        """The purchases alone."""
        return self if self._purchases is None else self._purchases

    @kept
    def _purchases(self) -> "History | None":
        """None where there is nothing else: what refers to itself would outlive its last use, and with it the model
        whose arrays it is a part of."""
        bought = self.only(self.kind == Kind.PURCHASE)
        return None if bought is self else bought

    @kept
    def repeats(self) -> Occasions:
        """The purchases by product, the lines of one order as one; the weight is units."""
        return Occasions.of(self, wanted(Kind.PURCHASE), None, things=THINGS, merge=True)

    def of_kinds(self, *kinds: Kind) -> "History":
        """The events of some kinds alone."""
        return self.only(wanted(*kinds)[self.kind])

    def only(self, keep: Bools) -> "History":
        """The events where `keep` (N,) is true; all rows stay."""
        if keep.all():
            return self
        at = keep.nonzero()[0]
        offsets = np.array([0, len(at)]) if len(self) == 1 else np.searchsorted(at, self.offsets)
        return self._select(at, offsets)

    def take(self, rows: Array) -> "History":
        """The customers of some rows, in that order; -1 gives a customer of whom nothing is known."""
        if len(rows) == 1:
            return self._one(int(rows[0]))
        known = rows >= 0
        if not known.all():
            offsets = np.append(self.offsets, self.offsets[-1])
            return replace(self, offsets=offsets).take(np.where(known, rows, len(self)))
        offsets, positions = elements_of(self.offsets, rows)
        return self._select(positions, offsets)

    def _one(self, row: int) -> "History":
        """One customer, without a copy."""
        if row < 0:
            return History.empty(1)
        start, end = int(self.offsets[row]), int(self.offsets[row + 1])
        return self._select(slice(start, end), np.array([0, end - start]))

    def before(self, time: int) -> "History":
        """The events before a moment."""
        return self.only(self.time < time)

    def _select(self, at: Array | slice, offsets: Offsets) -> "History":
        return History(
            offsets,
            self.product[at],
            self.time[at],
            self.kind[at],
            self.quantity[at],
            self.price[at],
            self.order[at],
            self.touch[at],
        )
