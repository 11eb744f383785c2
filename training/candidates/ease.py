"""EASE: the linear item model with a closed form (steck2019ease), on the products that sell most."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Codes, Doubles
from training.candidates.base import Generator, Snapshot
from training.candidates.blas import one_blas_thread
from training.candidates.sampling import affordable
from training.candidates.scores import NONE, Scores
from training.candidates.sparse import Csr
from training.candidates.spread import spread_bought
from training.candidates.topk import top_k
from training.request import Request


@dataclass(frozen=True)
class EaseConfig:
    """An option: time and memory grow with products squared and cubed, so there is a bound on them."""

    products: int = 4_000
    """Best-selling products learned about."""
    regularization: float = 10.0
    """Added to the diagonal."""
    neighbours: int = 200
    """Positive weights kept for each product."""
    half_life: float = 45.0
    """Days after which a purchase counts half."""
    asked: int = 50
    """The customer's products that are asked with, the heaviest of them: bounds the work of an answer."""
    most: int = 300
    """Products learned from per customer."""
    budget: int = 300_000_000
    """Pairs of products within customers; above it customers are sampled."""
    seed: int = 1
    """Of that sample."""


class Ease(Generator):
    """A product's score is the sum over the customer's products of their decayed count x the weight between the two."""

    name = "ease"
    similar: Csr  # (P, P)

    def __init__(self, config: EaseConfig = EaseConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        self.fit_weights(snapshot.bought.decayed(snapshot.time, self.config.half_life, width=len(snapshot.catalogue)))

    def fit_weights(self, weights: Csr) -> None:
        """Learn from decayed counts (C, P)."""
        config = self.config
        weights = affordable(weights.heaviest(config.most), config.budget, config.seed)
        chosen = _best_sellers(weights, config.products)
        matrix = weights.matrix()[:, chosen]
        with one_blas_thread():
            between = _closed_form((matrix.T @ matrix).toarray(), config.regularization)
        self.similar = _kept(between, chosen, weights.width, config.neighbours)

    def scores(self, request: Request) -> Scores:
        """Sums over what the customer bought."""
        return spread_bought(request, self.similar, half_life=self.config.half_life, asked=self.config.asked)


def _best_sellers(weights: Csr, most: int) -> Codes:
    buyers = np.bincount(weights.index, minlength=weights.width)
    best = np.argsort(-buyers, kind="stable")[:most]
    return np.sort(best[buyers[best] > 0]).astype(np.int32)


def _closed_form(gram: Doubles, regularization: float) -> Doubles:
    gram[np.diag_indices_from(gram)] += regularization
    inverse = np.linalg.inv(gram)
    weights: Doubles = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights


def _kept(between: Doubles, chosen: Codes, width: int, neighbours: int) -> Csr:
    """(P, P) the strongest positive weights from each chosen product, numbered as in the catalogue."""
    best = top_k(np.where(between > 0.0, between, NONE), neighbours)
    lengths = np.zeros(width, np.int64)
    lengths[chosen] = np.diff(best.offsets)
    return Csr.of(Csr(np.append(0, np.cumsum(lengths)), chosen[best.product], best.score, width).matrix())
