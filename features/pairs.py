"""Pairs: the (customer, product) questions that are asked of the feature matrix."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Codes, Floats


@dataclass(frozen=True)
class Pairs:
    """M candidate pairs, with what each of G generators said of them."""

    customer: Codes  # (M,) row of the history, ascending
    product: Codes  # (M,) index in the catalogue
    generators: tuple[str, ...]  # (G,)
    score: Floats  # (M, G) NaN where a generator has no score for the pair
    rank: Floats  # (M, G) 1 for a generator's best candidate, NaN where it did not name the product

    @classmethod
    def of(cls, customer: Codes, product: Codes) -> "Pairs":
        """Pairs that no generator was asked about."""
        nothing = np.zeros((len(customer), 0), np.float32)
        return cls(customer, product, (), nothing, nothing)

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, at: Codes) -> "Pairs":
        """Some of the pairs; `at` (K,) positions, ascending."""
        return Pairs(self.customer[at], self.product[at], self.generators, self.score[at], self.rank[at])
