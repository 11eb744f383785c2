"""Purchases: the distinct products that each customer bought, and what was paid for them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from features.arrays import (
    Array,
    Bools,
    Codes,
    Counts,
    Doubles,
    Offsets,
    elements_of,
    offsets_of,
    positions_in,
    rows_of,
)
from features.history import History


@dataclass(frozen=True)
class Purchases:
    """Distinct products by customer: row r owns `offsets[r]:offsets[r + 1]`, products ascending within a row."""

    offsets: Offsets  # (L + 1,)
    product: Codes
    revenue: Doubles  # of the product's lines together, in the shop's currency; unknown prices count nothing

    @classmethod
    def of(cls, purchases: History) -> Self:
        """The distinct products of each row of a history of purchases."""
        width = int(purchases.product.max(initial=0)) + 1
        keys, inverse = np.unique(purchases.row.astype(np.int64) * width + purchases.product, return_inverse=True)
        spent = np.nan_to_num(purchases.price.astype(np.float64)) * purchases.quantity
        revenue = np.bincount(inverse, spent, minlength=len(keys)).astype(np.float64)
        return cls(offsets_of(keys // width, len(purchases)), (keys % width).astype(np.int32), revenue)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def count(self) -> Counts:
        """(L,) how many products each customer bought."""
        return np.diff(self.offsets)

    def take(self, rows: Array) -> "Purchases":
        """The customers of some rows, in that order."""
        offsets, positions = elements_of(self.offsets, rows)
        return Purchases(offsets, self.product[positions], self.revenue[positions])

    def only(self, keep: Bools) -> "Purchases":
        """The products where `keep` is true; all rows stay."""
        return Purchases(offsets_of(rows_of(self.offsets)[keep], len(self)), self.product[keep], self.revenue[keep])

    def find(self, rows: Array, products: Array) -> Counts:
        """Where the product beside each row stands among the bought ones, -1 where the customer did not buy it."""
        width = max(int(self.product.max(initial=0)), int(products.max(initial=0))) + 1
        keys = rows_of(self.offsets).astype(np.int64) * width + self.product
        wanted = rows.astype(np.int64) * width + products
        place = positions_in(keys, wanted.ravel()).reshape(wanted.shape)
        return np.where(products >= 0, place, -1)

    def has(self, rows: Array, products: Array) -> Bools:
        """Whether the customer of each row bought the product beside it; -1 is never bought."""
        return self.find(rows, products) >= 0
