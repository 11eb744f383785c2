"""Context: the moment of the question and what the customer has in hand, one row a customer."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Codes, Offsets, elements_of


@dataclass(frozen=True)
class Context:
    """R customers at one moment."""

    time: int  # seconds since the epoch, UTC: features are as of here
    basket_offsets: Offsets  # (R + 1,)
    basket: Codes  # products in the cart
    viewed: Codes  # (R,) the product on the page, -1 for none

    @classmethod
    def at(cls, time: int, rows: int) -> Self:
        """Nothing in hand."""
        return cls(time, np.zeros(rows + 1, np.int64), np.zeros(0, np.int32), np.full(rows, -1, np.int32))

    def __len__(self) -> int:
        return len(self.viewed)

    def take(self, rows: Codes) -> "Context":
        """The customers of some rows, in that order."""
        offsets, positions = elements_of(self.basket_offsets, rows)
        return Context(self.time, offsets, self.basket[positions], self.viewed[rows])
