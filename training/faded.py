"""Faded: what is taken off the scores of products that customers were shown often and passed by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Codes, Counts, Doubles, positions_in
from features.vocabulary import Vocabulary


@dataclass(frozen=True)
class Faded:
    """K pairs of R customers and P products."""

    keys: Counts  # (K,) row << 32 | product, ascending
    amount: Doubles  # (K,)

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, float]], products: Vocabulary) -> Self | None:
        """By id, one mapping a row; None where nothing that the vocabulary has is among it."""
        found = {
            row << 32 | index: amount
            for row, faded in enumerate(rows)
            for name, amount in faded.items()
            if (index := products.index(name)) >= 0
        }
        if not found:
            return None
        keys = np.array(sorted(found), np.int64)
        return cls(keys, np.array([found[key] for key in keys.tolist()], np.float64))

    def amounts(self, row: Codes, product: Codes) -> Doubles:
        """(M,) of each pair, 0 for those that did not fade."""
        at = positions_in(self.keys, row.astype(np.int64) << 32 | product)
        return np.where(at >= 0, self.amount[at], 0.0)
