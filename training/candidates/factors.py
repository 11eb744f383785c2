"""Factor models' arithmetic: inner products whose last bit does not depend on how many are computed together."""

import math

import numpy as np

from features.arrays import Array, Codes, Doubles, Floats
from training import _lists
from training.candidates.scores import NONE
from training.candidates.sparse import Csr

GRID_BITS = 22
"""Significant bits kept of a factor. Two of them make a product of 44 bits, and a double's 53 leave room for the exact
sum of 512 such products: BLAS may add in whatever order it likes and comes to the same number."""


def on_grid(values: Array) -> Doubles:
    """Values rounded to multiples of a power of two, 2^-22 of the greatest of them; they also fit a float32."""
    step = step_of(values)
    return np.round(np.asarray(values, np.float64) / step) * step if step else np.zeros(values.shape)


def step_of(values: Array) -> float:
    """The distance of two points of the grid that some values are rounded to, 0 where all are 0."""
    greatest = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    return 2.0 ** (math.frexp(greatest)[1] - GRID_BITS) if greatest else 0.0


def inner_products(users: Floats, items: Floats, unknown: Codes) -> Doubles:
    """(R, P) of factors on grids, `users` (R, F) and `items` (P, F); -inf for customers without factors (all zero) and
    for the `unknown` products, about which nothing was learned."""
    if len(users) == 1:  # every number is read once, so half the bytes are half the time
        own = _lists.inner(users[0].astype(np.float64), items)
        own[unknown if users.any() else slice(None)] = NONE
        return own.reshape(1, -1)
    scores = users.astype(np.float64) @ items.astype(np.float64).T
    scores[:, unknown] = NONE
    scores[~users.any(axis=1)] = NONE
    return scores


def untouched(weights: Csr) -> Codes:
    """The products that no customer has."""
    return np.flatnonzero(np.bincount(weights.index, minlength=weights.width) == 0).astype(np.int32)


def check_factors(factors: int, most: int = 512) -> None:
    """ValueError where sums of so many products could not be exact."""
    if not 0 < factors <= most:
        raise ValueError(f"factors = {factors}: must be 1 to {most}")
