"""ALS: factors of customers and products from implicit feedback (hu2008collaborative), by the library implicit."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from features.arrays import Array, Codes, Doubles, Floats
from training.candidates.base import Generator, Snapshot
from training.candidates.blas import one_blas_thread
from training.candidates.change import Change
from training.candidates.factors import check_factors, inner_products, on_grid, step_of, untouched
from training.candidates.library import implicit
from training.candidates.sparse import Csr
from training.request import Request


@dataclass(frozen=True)
class AlsConfig:
    """Confidence in a purchase is 1 + alpha x its decayed count."""

    factors: int = 64
    """Length of the factors, at most 512."""
    regularization: float = 10.0
    """Pulls factors to zero."""
    alpha: float = 3.0
    """How much more a purchase says than none."""
    half_life: float = 45.0
    """Days after which a purchase counts half."""
    iterations: int = 6
    """From a random start; more change little."""
    warm_iterations: int = 2
    """From the factors of an earlier fit."""
    most: int = 300
    """Products learned from per customer."""
    budget: int = 2_000_000
    """Pairs of customer and product that all iterations but the last learn from; above it customers are sampled."""
    seed: int = 1
    """Of the random start and that sample."""

    def __post_init__(self) -> None:
        check_factors(self.factors)
        if min(self.iterations, self.warm_iterations) < 2:
            raise ValueError("iterations and warm_iterations: must be 2 or more")


class Als(Generator):
    """Known customers have stored factors; those who are not are folded in from what they bought."""

    name = "als"
    user_factors: Floats  # (C, F) on the grid, zero for those who bought nothing
    item_factors: Floats  # (P, F) on the grid
    unknown: Codes  # products that nobody bought
    gram: Doubles  # (F, F) sum of the outer products of the item factors, regularised

    def __init__(self, config: AlsConfig = AlsConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        config, width = self.config, len(snapshot.catalogue)
        weights = snapshot.bought.decayed(snapshot.time, config.half_life, width=width, most=config.most)
        self.fit_weights(weights, previous)

    def fit_weights(self, weights: Csr, previous: Generator | None = None) -> None:
        """Learn from decayed counts (C, P)."""
        warm = previous if isinstance(previous, Als) and previous.config.factors == self.config.factors else None
        users, items = self._solve(weights, warm)
        self._learned(weights, on_grid(users).astype(np.float32), items)

    def update(self, snapshot: Snapshot, previous: Generator, change: Change) -> None:
        """Only the factors of the products whose sales grew, and of who bought since, are solved again."""
        if not isinstance(previous, Als):
            self.fit(snapshot)
            return
        config, width = self.config, len(snapshot.catalogue)
        weights = snapshot.bought.decayed(snapshot.time, config.half_life, width=width, most=config.most)
        model, counts = self._model(weights, 1)
        with one_blas_thread():
            model.user_factors = change.carried(previous.user_factors, len(weights))
            model.item_factors = _padded(previous.item_factors, weights.width)
            if len(change.grown):
                model.partial_fit_items(change.grown, counts.T.tocsr()[change.grown])
            if len(change.customers):
                model.partial_fit_users(change.customers, counts[change.customers])
        users = _rounded(model.user_factors, previous.user_factors, change.customers)
        self._learned(weights, users, model.item_factors)

    def _learned(self, weights: Csr, users: Floats, items: Floats) -> None:
        self.user_factors, self.item_factors = users, on_grid(items).astype(np.float32)
        self.unknown = untouched(weights)
        with one_blas_thread():
            items = self.item_factors.astype(np.float64)
            gram = items.T @ items
        self.gram = gram + self.config.regularization * np.eye(self.config.factors)

    def _solve(self, weights: Csr, warm: "Als | None") -> tuple[Floats, Floats]:
        """A sample of customers is enough for all iterations but the last, which gives every customer factors."""
        sample = _sample(weights, self.config.budget, self.config.seed)
        start = None
        if warm:
            start = _padded(warm.user_factors, len(weights)), _padded(warm.item_factors, weights.width)
        iterations = self.config.warm_iterations if warm else self.config.iterations
        if sample is weights:
            return self._iterate(weights, iterations, start)
        return self._iterate(weights, 1, self._iterate(sample, iterations - 1, start))

    def _iterate(self, weights: Csr, iterations: int, start: tuple[Floats, Floats] | None) -> tuple[Floats, Floats]:
        model, counts = self._model(weights, iterations)
        with one_blas_thread():
            if start:
                model.user_factors, model.item_factors = start
            model.fit(counts, show_progress=False)
        return model.user_factors, model.item_factors

    def _model(self, weights: Csr, iterations: int) -> tuple[Any, Any]:
        """The library's model and (C, P) confidences."""
        from scipy.sparse import csr_matrix

        config, shape = self.config, (len(weights), weights.width)
        confidence = (1.0 + config.alpha * weights.value).astype(np.float32)
        with one_blas_thread():  # or it warns
            model = implicit("cpu.als").AlternatingLeastSquares(
                factors=config.factors,
                regularization=config.regularization,
                iterations=iterations,
                random_state=config.seed,
            )
        return model, csr_matrix((confidence, weights.index, weights.offsets), shape=shape)

    def scores(self, request: Request) -> Doubles:
        """Inner products of the factors."""
        return inner_products(self._users(request), self.item_factors, self.unknown)

    def _users(self, request: Request) -> Floats:
        stored = (request.customer >= 0) & (request.customer < len(self.user_factors))
        if request.renewed is not None:
            stored &= ~request.renewed
        if stored.all():
            return self.user_factors[request.customer]
        users = self.user_factors[np.where(stored, request.customer, 0)]
        strangers = np.flatnonzero(~stored)
        if len(strangers):
            half_life, width = self.config.half_life, len(self.item_factors)
            weights = request.bought.decayed(request.context.time, half_life, width=width, most=self.config.most)
            for row in strangers.tolist():
                users[row] = self._folded_in(weights.slice(row, row + 1))
        return users

    def _folded_in(self, weights: Csr) -> Floats:
        """The factors of one customer: the same least squares as in the fit, solved for the row alone.

        The grid is a million times coarser than what the order of BLAS's sums changes.
        """
        factors = self.item_factors[weights.index].astype(np.float64)
        if not factors.any():
            return np.zeros(self.config.factors, np.float32)
        extra = self.config.alpha * weights.value
        left = self.gram + (factors.T * extra) @ factors
        right = (1.0 + extra) @ factors
        return on_grid(np.linalg.solve(left, right)).astype(np.float32)


def _rounded(users: Floats, before: Floats, changed: Codes) -> Floats:
    """Factors on their grid; the others are on it already, unless it is another one now."""
    step = step_of(users)
    if not step or step != step_of(before):
        return on_grid(users).astype(np.float32)
    users[changed] = np.round(users[changed].astype(np.float64) / step) * step
    return users


def _sample(weights: Csr, budget: int, seed: int) -> Csr:
    """A seeded sample of customers who have about `budget` products together, the others emptied."""
    if len(weights.index) <= budget:
        return weights
    chosen = np.random.default_rng(seed).random(len(weights)) < budget / len(weights.index)
    return weights.only(chosen[weights.row])


def _padded(factors: Array, rows: int) -> Floats:
    """Factors of a grown matrix: what is new starts at zero. Indices are prefix-stable, so old rows stay in place."""
    padded = np.zeros((rows, factors.shape[1]), np.float32)
    size = min(rows, len(factors))
    padded[:size] = factors[:size]
    return padded
