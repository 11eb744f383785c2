"""Counting: the ranker of shops that are too small or too young to learn one."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from features.arrays import Doubles, Floats

WEIGHTS = {"pair_decayed_40": 1.0, "category_decayed": 0.01, "declared_interest": 0.01, "product_decayed": 0.0001}


@dataclass(frozen=True)
class Counting:
    """A weighted sum of few counts: what the customer buys, then what they like, then what sells."""

    names: tuple[str, ...] = tuple(WEIGHTS)
    weights: tuple[float, ...] = tuple(WEIGHTS.values())

    def scores(self, matrix: Floats) -> Doubles:
        """(M,) the sum for each row (M, F)."""
        total: Doubles = self.contributions(matrix).sum(axis=1)
        return total

    def contributions(self, matrix: Floats) -> Doubles:
        """(M, F + 1) what each feature adds; the last column is the base, 0."""
        terms = np.nan_to_num(matrix.astype(np.float64)) * np.array(self.weights)
        return np.column_stack([terms, np.zeros(len(matrix))])

    def save(self, path: Path) -> None:
        """Write the weights as JSON."""
        path.write_text(json.dumps(dict(zip(self.names, self.weights, strict=True))) + "\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        weights = json.loads(path.read_text())
        return cls(tuple(weights), tuple(weights.values()))
