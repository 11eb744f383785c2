"""Catalogue: what the shop's products are, as arrays by product."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Bools, Codes, Floats, Offsets, Times


@dataclass(frozen=True)
class Catalogue:
    """P products in the order of the event log's index. Static: what changes over time is an event.

    Categories are paths (`Home > Kitchen > Mugs`): `category` is the whole path, `department` its first step.
    """

    name: Sequence[str]  # (P,) empty where unknown
    category: Codes  # (P,) index in category_names
    department: Codes  # (P,) index in department_names
    brand: Codes  # (P,) index in brand_names
    price: Floats  # (P,) list price in the shop's currency, NaN where unknown
    cost: Floats  # (P,) NaN where unknown
    available: Bools  # (P,) only filters
    created: Times  # (P,) NO_TIME where unknown
    parent: Codes  # (P,) the variants of one product share a number; one of them a list
    word_offsets: Offsets  # (P + 1,) words of the name, CSR
    word: Codes  # index in the words, by first appearance
    category_names: Sequence[str]
    department_names: Sequence[str]
    brand_names: Sequence[str]

    @classmethod
    def empty(cls) -> Self:
        """Of a shop without products."""
        code, price = np.zeros(0, np.int32), np.zeros(0, np.float32)
        whole = np.zeros(0, np.int64)
        flags, offsets = np.zeros(0, np.bool_), np.zeros(1, np.int64)
        return cls([], code, code, code, price, price, flags, whole, code, offsets, code, [], [], [])

    def __len__(self) -> int:
        return len(self.category)

    def first(self, products: int) -> "Catalogue":
        """The first products alone, with the names of their groups: what was known at an earlier moment."""
        if products == len(self):
            return self
        offsets = self.word_offsets[: products + 1]
        category, department, brand = (code[:products] for code in (self.category, self.department, self.brand))
        return Catalogue(
            self.name[:products],
            category,
            department,
            brand,
            self.price[:products],
            self.cost[:products],
            self.available[:products],
            self.created[:products],
            self.parent[:products],
            offsets,
            self.word[: offsets[-1]],
            first_names(self.category_names, category),
            first_names(self.department_names, department),
            first_names(self.brand_names, brand),
        )


def first_names(names: Sequence[str], code: Codes) -> Sequence[str]:
    """The names that some codes use; codes are given in the order of first appearance, so these are the first ones."""
    return names[: int(code.max(initial=-1)) + 1]
