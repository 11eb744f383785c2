"""Popular and trending: what everybody buys of late, and what is bought more than before."""

from dataclasses import dataclass

import numpy as np

from features.arrays import DAY, Codes, Counts, Doubles, Floats
from training.candidates.base import Generator, Snapshot
from training.candidates.scores import Scores, Shared, best_first
from training.candidates.sparse import Csr
from training.request import Request


def one_list(score: Doubles) -> Csr:
    """(1, P) the products of positive score."""
    index = np.flatnonzero(score > 0.0).astype(np.int32)
    return Csr(np.array([0, len(index)]), index, score[index].astype(np.float32), len(score))


class _SharedList(Generator):
    """The same list for every customer, put in order once."""

    popular: Csr  # (1, P)
    order: Counts  # best first

    def _keep(self, score: Doubles) -> None:
        self.popular = one_list(score)
        self.order = best_first(self.popular)

    def scores(self, request: Request) -> Scores:
        """One list for all."""
        return Shared(np.zeros(len(request), np.int32), self.popular, self.order)


@dataclass(frozen=True)
class PopularConfig:
    """Recent popularity."""

    window: float = 21.0
    """Days counted."""
    older: float = 0.001
    """What a purchase line from before counts: orders the products that nobody bought of late."""


class Popular(_SharedList):
    """Purchase lines of the last days."""

    name = "popular"

    def __init__(self, config: PopularConfig = PopularConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        lines = snapshot.history.purchases
        recent = lines.time >= snapshot.time - self.config.window * DAY
        self._keep(_counts(lines.product, np.where(recent, 1.0, self.config.older), len(snapshot.catalogue)))


@dataclass(frozen=True)
class TrendingConfig:
    """Recent sales against those before."""

    window: float = 7.0
    """Days called recent."""
    before: float = 28.0
    """Days before them, compared with."""
    prior: float = 10.0
    """Lines in a window that both are pulled towards, so that a first sale is not a trend."""


class Trending(_SharedList):
    """Ratio of the rates of sale now and before, smoothed."""

    name = "trending"

    def __init__(self, config: TrendingConfig = TrendingConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        config, lines, size = self.config, snapshot.history.purchases, len(snapshot.catalogue)
        since = snapshot.time - config.window * DAY
        recent = lines.time >= since
        earlier = ~recent & (lines.time >= since - config.before * DAY)
        now = _counts(lines.product, recent.astype(np.float64), size)
        then = _counts(lines.product, earlier.astype(np.float64), size) * (config.window / config.before)
        self._keep(np.where(now > then, (now + config.prior) / (then + config.prior), 0.0))


def _counts(product: Codes, weight: Doubles | Floats, size: int) -> Doubles:
    return np.bincount(product, weight, size).astype(np.float64)
