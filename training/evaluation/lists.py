"""Lists: what a ranking shows to the scored customers, and the ways to ask for it."""

from dataclasses import dataclass
from typing import Literal, Protocol, Self, TypeAlias, get_args

import numpy as np

from features.arrays import Codes, Floats
from training.evaluation.truth import Truth

Mode: TypeAlias = Literal["all", "explore", "repeat"]
MODES: tuple[Mode, ...] = get_args(Mode)


class Rank(Protocol):
    """Anything that ranks: the recommender, a baseline, one generator alone.

    Gives products (R, k), best first and padded with -1, and their scores (R, k). `explore` ranks only products that
    the customer had not bought before the cut, `repeat` only those bought; both lists are still k long if they can be.
    """

    def __call__(self, customers: Codes, mode: Mode, k: int) -> tuple[Codes, Floats]:
        """The lists of some customers (R,), by their index in the event log."""


@dataclass(frozen=True)
class Ranked:
    """The lists of L customers in one mode."""

    products: Codes  # (L, K) best first, padded with -1
    scores: Floats  # (L, K) comparable within one list

    def take(self, rows: Codes) -> "Ranked":
        """The lists of some customers."""
        return Ranked(self.products[rows], self.scores[rows])


@dataclass(frozen=True)
class Lists:
    """One ranking's lists for the customers of a `Truth`, in each mode."""

    modes: dict[Mode, Ranked]

    @classmethod
    def ask(cls, rank: Rank, truth: Truth, k: int = 20) -> Self:
        """Ask a ranking for the lists of all scored customers."""
        return cls({mode: Ranked(*rank(truth.customer, mode, k)) for mode in MODES})

    @classmethod
    def of(cls, **products: Codes) -> Self:
        """Lists given as plain arrays (L, K) by mode; their order is their score."""
        return cls({mode: _in_order(products[mode]) for mode in MODES if mode in products})


def _in_order(products: Codes) -> Ranked:
    scores = -np.arange(products.shape[1], dtype=np.float32)
    return Ranked(products, np.broadcast_to(scores, products.shape))
