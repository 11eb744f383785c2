"""BPR: factors that rank what was bought above what was not (rendle2009bpr), by the library implicit."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Codes, Floats
from training.candidates.base import Generator, Snapshot
from training.candidates.blas import one_blas_thread
from training.candidates.factors import check_factors, inner_products, on_grid, untouched
from training.candidates.library import implicit
from training.candidates.scores import Scores
from training.candidates.sparse import Csr
from training.request import Request


@dataclass(frozen=True)
class BprConfig:
    """An option: ALS ranks purchase logs better and in less time."""

    factors: int = 64
    """Length of the factors, at most 511; a bias is added."""
    learning_rate: float = 0.05
    """Of stochastic gradient descent."""
    regularization: float = 0.01
    """Pulls factors to zero."""
    iterations: int = 30
    """Passes over the purchases."""
    budget: int = 100_000_000
    """Samples drawn at most; above it there are fewer passes."""
    half_life: float = 180.0
    """Days after which a purchase counts half: decides which products of a customer are learned from."""
    most: int = 300
    """Products learned from per customer."""
    seed: int = 1
    """Of the random start and the samples."""

    def __post_init__(self) -> None:
        check_factors(self.factors, 511)


class Bpr(Generator):
    """Customers that were not learned from get nothing. It runs on one thread: on more, results would differ."""

    name = "bpr"
    user_factors: Floats  # (C, F + 1) on the grid, zero for those who bought nothing
    item_factors: Floats  # (P, F + 1) on the grid
    unknown: Codes  # products that nobody bought

    def __init__(self, config: BprConfig = BprConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        config, width = self.config, len(snapshot.catalogue)
        self.fit_weights(snapshot.bought.decayed(snapshot.time, config.half_life, width=width, most=config.most))

    def fit_weights(self, weights: Csr) -> None:
        """Learn from which products (C, P) each customer has; their weights do not count."""
        self.unknown = untouched(weights)
        users, items = self._descend(weights)
        users[np.diff(weights.offsets) == 0] = 0.0
        self.user_factors = on_grid(users).astype(np.float32)
        self.item_factors = on_grid(items).astype(np.float32)

    def _descend(self, weights: Csr) -> tuple[Floats, Floats]:
        from scipy.sparse import csr_matrix

        config, shape = self.config, (len(weights), weights.width)
        bought = csr_matrix((np.ones(len(weights.index), np.float32), weights.index, weights.offsets), shape=shape)
        with one_blas_thread():
            model = implicit("cpu.bpr").BayesianPersonalizedRanking(
                factors=config.factors,
                learning_rate=config.learning_rate,
                regularization=config.regularization,
                iterations=max(1, min(config.iterations, config.budget // max(1, bought.nnz))),
                num_threads=1,
                random_state=config.seed,
            )
            model.fit(bought, show_progress=False)
        return model.user_factors, model.item_factors

    def scores(self, request: Request) -> Scores:
        """Inner products of the factors."""
        stored = (request.customer >= 0) & (request.customer < len(self.user_factors))
        users = self.user_factors[np.where(stored, request.customer, 0)]
        users[~stored] = 0.0
        return inner_products(users, self.item_factors, self.unknown)
