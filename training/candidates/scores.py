"""Scores: what a generator thinks of products, in the three shapes it may answer in; Candidates: the best of them."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from features.arrays import Codes, Counts, Doubles, Floats, Offsets
from training.candidates.sparse import Csr

NONE = -np.inf  # the score of a product that is no candidate
LOWEST = float(np.finfo(np.float32).min)  # of one that is, at least: candidates carry float32


@dataclass(frozen=True)
class Shared:
    """Lists that many customers share: popularity needs no score for each of them.

    `order` (N,) holds the positions of `lists`' entries, each list's own best first, ties to the lower product; it is
    sorted once, when the generator is fitted.
    """

    list: Codes  # (R,) the list of each customer, -1 for none
    lists: Csr  # (G, P)
    order: Counts


Scores: TypeAlias = Doubles | Csr | Shared
"""Scores of (R, P): dense float64 with -inf for no candidate, sparse where only stored entries are candidates, or lists
shared by customers. Never NaN; higher is better."""


@dataclass(frozen=True)
class Candidates:
    """What one generator named: row r owns `offsets[r]:offsets[r + 1]`, best first, ties to the lower product index."""

    offsets: Offsets  # (R + 1,)
    product: Codes
    score: Floats

    @property
    def rank(self) -> Codes:
        """(N,) place in the customer's list, from 1."""
        lengths = np.diff(self.offsets)
        return (np.arange(1, len(self.product) + 1) - np.repeat(self.offsets[:-1], lengths)).astype(np.int32)


@dataclass(frozen=True)
class Baskets:
    """A set of products for each of R customers, ascending: those bought, those not to be shown."""

    offsets: Offsets  # (R + 1,)
    product: Codes


def best_first(lists: Csr) -> Counts:
    """The `order` of `Shared`."""
    return np.lexsort((-lists.value, lists.row))
