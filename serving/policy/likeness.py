"""Likeness: how much alike products are, from 0 to 1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np

from features.arrays import Codes, Doubles, positions_in
from training.candidates.sparse import Csr
from training.naming import steps
from training.recommender import Recommender

Alike: TypeAlias = Callable[[int], Doubles]  # a product -> (M,) how much each of M products is like it


_KEPT = 512  # categories whose likeness to all others is remembered


class Likeness(Protocol):
    """A kind of likeness."""

    def among(self, products: Codes) -> Alike:
        """How much some products (M,) are like any one."""


@dataclass(frozen=True)
class ByCategory:
    """Steps of the category path in common: 2 common / (depth + depth), as wu1994verb measures a taxonomy."""

    category: Codes  # (P,)
    path: Codes  # (C + 1, D) the category after each step, -1 beyond the end; the last row is for no category
    depth: Codes  # (C + 1,)
    _rows: dict[int, Doubles] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, category: Codes, names: Sequence[str]) -> "ByCategory":
        """From the categories of P products; a product without one is like no other."""
        paths = [steps(name) for name in names]
        code: dict[tuple[str, ...], int] = {}
        table = np.full((len(paths) + 1, max(map(len, paths), default=1)), -1, np.int32)
        for row, path in enumerate(paths):
            for end in range(1, len(path) + 1):
                table[row, end - 1] = code.setdefault(path[:end], len(code))
        return cls(category, table, np.array([*map(len, paths), 0], np.int32))

    def among(self, products: Codes) -> Alike:
        category = self.category[products]
        return lambda product: self._row(int(self.category[product]))[category]

    def _row(self, category: int) -> Doubles:
        """(C + 1,) how much each category is like one."""
        found = self._rows.get(category)
        if found is None:
            common = ((self.path == self.path[category]) & (self.path >= 0)).sum(axis=1)
            found = 2.0 * common / np.maximum(self.depth + self.depth[category], 1)
            if len(self._rows) >= _KEPT:
                self._rows.clear()
            self._rows[category] = found
        return found


@dataclass(frozen=True)
class ByBrand:
    """1 for products of one brand, else 0."""

    brand: Codes  # (P,)

    def among(self, products: Codes) -> Alike:
        brand = self.brand[products]
        return lambda product: ((brand == self.brand[product]) & (brand >= 0)).astype(np.float64)


@dataclass(frozen=True)
class ByNeighbours:
    """A generator's similarity to the product, 1 being its nearest neighbour."""

    similar: Csr  # (P, P)

    def among(self, products: Codes) -> Alike:
        by = np.argsort(products, kind="stable")
        ordered = products[by]

        def alike(product: int) -> Doubles:
            begin, end = self.similar.offsets[product], self.similar.offsets[product + 1]
            value = self.similar.value[begin:end].astype(np.float64)
            at = positions_in(ordered, self.similar.index[begin:end])
            result = np.zeros(len(products))
            found = at >= 0
            result[by[at[found]]] = np.maximum(value[found], 0.0) / max(value.max(initial=0.0), 1e-12)
            return result

        return alike


def neighbours_of(recommender: Recommender) -> Csr | None:
    """The neighbours of products of the first generator that knows some."""
    tables = (getattr(source.generator, "similar", None) for source in recommender.sources)
    return next((table for table in tables if isinstance(table, Csr)), None)
