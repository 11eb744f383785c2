"""Ranking: the candidates of R customers in the order in which they would be shown."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Array, Bools, Codes, Doubles, Offsets, offsets_of, rows_of
from features.kept import kept
from training.pool import Pool


@dataclass(frozen=True)
class Ranking:
    """M ranked pairs; row r owns `offsets[r]:offsets[r + 1]`, best first, ties to the lower product index."""

    offsets: Offsets  # (R + 1,)
    product: Codes  # (M,)
    score: Doubles  # (M,)
    source: Codes  # (M,) index of a generator

    @classmethod
    def of(cls, pool: Pool, scores: Doubles, rows: int) -> Self:
        """Sort the pairs of a pool by their scores."""
        by, source = pool.order(scores)
        return cls(offsets_of(pool.row, rows), pool.product[by], scores[by], source)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @kept
    def row(self) -> Codes:
        """(M,) the row of each pair."""
        return rows_of(self.offsets)

    def only(self, keep: Bools) -> "Ranking":
        """The pairs where `keep` (M,) is true; all rows stay."""
        if keep.all():
            return self
        if len(self) == 1:
            at = keep.nonzero()[0]
            return Ranking(np.array([0, len(at)]), self.product[at], self.score[at], self.source[at])
        return Ranking(offsets_of(self.row[keep], len(self)), self.product[keep], self.score[keep], self.source[keep])

    def first(self, n: int) -> "Ranking":
        """The first n of each row."""
        if len(self) == 1:
            return Ranking(np.minimum(self.offsets, n), self.product[:n], self.score[:n], self.source[:n])
        return self.only(np.arange(len(self.product)) - self.offsets[:-1][self.row] < n)

    def one_of_each(self, group: Codes) -> "Ranking":
        """The best of each group of products, `group` (P,) being -1 for a product on its own."""
        code = group[self.product].astype(np.int64)
        grouped = np.flatnonzero(code >= 0)
        _, first = np.unique(self.row[grouped].astype(np.int64) << 32 | code[grouped], return_index=True)
        keep = code < 0
        keep[grouped[first]] = True
        return self.only(keep)

    def padded(self, values: Array, k: int, missing: float) -> Array:
        """(R, k) the first k of each row's values (M,), filled up."""
        table = np.full((len(self), k), missing, values.dtype)
        place = np.arange(len(values)) - self.offsets[:-1][self.row]
        first = place < k
        table[self.row[first], place[first]] = values[first]
        return table
