"""Orders: when each customer ordered and what was paid."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import DAY, Codes, Counts, Doubles, Offsets, Times, lengths_of, offsets_of, rows_of, zeroed
from features.groups import wanted
from features.history import History
from features.kept import kept
from features.kinds import Kind

LOOKS = (Kind.VIEW, Kind.CLICK, Kind.SEARCH, Kind.ADD_TO_CART, Kind.WISHLIST)
LOOK_DAYS = 14.0


@dataclass(frozen=True)
class Orders:
    """The orders of the K customers of a history who have any; customer k owns `offsets[k]:offsets[k + 1]`, oldest
    first."""

    rows: Counts  # (K,) of the history, ascending
    offsets: Offsets  # (K + 1,)
    time: Times  # (N,) of the first line
    amount: Doubles  # (N,) in the shop's currency; lines without a price count nothing
    lines: Counts  # (N,)
    looks: Doubles  # (K,) LOOKS of late: each counts half as much after every LOOK_DAYS before `as_of`
    seen: Times  # (K,) of the last event of any kind

    @classmethod
    def of(cls, history: History, as_of: int) -> Self:
        """The purchases by order, net of refunds, of a history whose events all lie before `as_of`."""
        lines = history.purchases
        number = lines.order_number
        size = int(number[-1]) + 1 if len(number) else 0
        first = np.searchsorted(number, np.arange(size))
        paid = zeroed(lines.quantity.astype(np.float64) * lines.price)
        orders = offsets_of(lines.row[first], len(history))
        rows = np.flatnonzero(lengths_of(orders))
        looked = wanted(*LOOKS)[history.kind]
        late = np.exp2((history.time[looked] - as_of) / (LOOK_DAYS * DAY))
        return cls(
            rows,
            np.append(orders[rows], orders[-1]),
            lines.time[first],
            np.bincount(number, paid, size).astype(np.float64),
            np.bincount(number, minlength=size),
            np.bincount(history.row[looked], late, len(history))[rows].astype(np.float64),
            history.time[history.offsets[rows + 1] - 1],
        )

    def __len__(self) -> int:
        return len(self.rows)

    @kept
    def customer(self) -> Codes:
        """(N,) which of the K customers each order is of."""
        return rows_of(self.offsets)

    @kept
    def count(self) -> Counts:
        """(K,) orders."""
        return lengths_of(self.offsets)

    @kept
    def spend(self) -> Doubles:
        """(K,) all that was paid."""
        return self.sum(self.amount)

    def sum(self, values: Doubles) -> Doubles:
        """(K,) sums of a value of each order, in the order of time: the same whoever else is in the batch."""
        return np.bincount(self.customer, values, len(self)).astype(np.float64, copy=False)
