"""Neighbours: products that share their buyers (deshpande2004item), by the library implicit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from training.candidates.base import Generator, Snapshot
from training.candidates.change import Change
from training.candidates.library import implicit
from training.candidates.nearest import alike, nearest
from training.candidates.sampling import affordable
from training.candidates.scores import Scores
from training.candidates.sparse import Csr
from training.candidates.spread import spread_bought
from training.request import Request


@dataclass(frozen=True)
class NeighboursConfig:
    """Similarity of products over customers, weighted by decayed counts."""

    similarity: Literal["tfidf", "cosine", "bm25"] = "tfidf"
    """How buyers in common are weighed (robertson2009probabilistic for bm25)."""
    neighbours: int = 100
    """Kept for each product, itself among them."""
    half_life: float = 60.0
    """Days after which a purchase counts half."""
    asked: int = 50
    """The customer's products that are asked with, the heaviest of them: bounds the work of an answer."""
    most: int = 150
    """Products learned from per customer."""
    budget: int = 300_000_000
    """Pairs of products within customers; above it customers are sampled."""
    seed: int = 1
    """Of that sample."""


class Neighbours(Generator):
    """A product's score is the sum over the customer's products of their decayed count x the similarity."""

    name = "neighbours"
    similar: Csr  # (P, P)

    def __init__(self, config: NeighboursConfig = NeighboursConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        self.fit_weights(self._weights(snapshot))

    def update(self, snapshot: Snapshot, previous: Generator, change: Change) -> None:
        """Only the products whose sales grew get new neighbours."""
        if not isinstance(previous, Neighbours):
            self.fit(snapshot)
            return
        weighed = self._weighed(self._weights(snapshot))
        buyers = weighed.transposed().take(change.grown)
        similar = nearest(buyers, weighed, self.config.neighbours)
        self.similar = previous.similar.with_rows(change.grown, similar)

    def _weights(self, snapshot: Snapshot) -> Csr:
        config, width = self.config, len(snapshot.catalogue)
        return snapshot.bought.decayed(snapshot.time, config.half_life, width=width, most=config.most)

    def fit_weights(self, weights: Csr) -> None:
        """Learn from decayed counts (C, P)."""
        similar = alike(self._weighed(weights), self.config.neighbours)
        self.similar = replace(similar, value=similar.value.astype(np.float32))

    def _weighed(self, weights: Csr) -> Csr:
        """(C, P) the matrix whose columns are compared."""
        from scipy.sparse import csr_matrix

        weigh: dict[str, Callable[[Any], Any]] = {
            "tfidf": lambda counts: _library().normalize(_library().tfidf_weight(counts)),
            "cosine": _library().normalize,
            "bm25": lambda counts: _library().bm25_weight(counts, K1=1.2, B=0.75),
        }
        weights = affordable(weights.heaviest(self.config.most), self.config.budget, self.config.seed)
        shape = (len(weights), weights.width)
        matrix = csr_matrix((weights.value, weights.index, weights.offsets), shape=shape)
        with np.errstate(invalid="ignore"):  # rows that weigh nothing have no length
            return Csr.of(weigh[self.config.similarity](matrix.T).T)

    def scores(self, request: Request) -> Scores:
        """Sums over what the customer bought."""
        return spread_bought(request, self.similar, half_life=self.config.half_life, asked=self.config.asked)


def _library() -> Any:
    return implicit("nearest_neighbours")
