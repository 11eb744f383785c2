"""Random walks: from a product to what it was bought by or with, and on to the other products there."""

from dataclasses import replace

import numpy as np

from features.arrays import Codes, Doubles
from training.candidates.nearest import alike, nearest
from training.candidates.sparse import Csr


def walk(weights: Csr, *, alpha: float, beta: float, neighbours: int, rows: Codes | None = None) -> Csr:
    """(P, P) chances to come from one product to another in two steps over the rows of `weights` (X, P).

    The chance of each step is raised to `alpha` and the sum divided by the product's total weight to the power `beta`;
    each product's best `neighbours` are kept. Algorithm RP3beta of paudel2017updatable. With `rows`, only those of some
    products are worked out.
    """
    sold: Doubles = np.bincount(weights.index, weights.value, weights.width).astype(np.float64, copy=False)
    damping = _power(sold, -beta)
    if rows is None:
        return _all(weights, _power(sold, -alpha), damping, alpha, neighbours)
    to_row = steps(weights.transposed().take(rows), alpha)
    return nearest(to_row, steps(weights, alpha), neighbours, scale=damping)


def _all(weights: Csr, leaving: Doubles, damping: Doubles, alpha: float, neighbours: int) -> Csr:
    """The same as a symmetric product: each step's total divides both sides alike, and what belongs to the product that
    a walk starts from does not change which are its best. Half the time of the product of two matrices."""
    total = np.bincount(weights.row, weights.value, len(weights)).astype(np.float64, copy=False)
    passing = _power(total, -alpha / 2)
    value = weights.value.astype(np.float64) ** alpha * passing[weights.row] * damping[weights.index]
    similar = alike(Csr(weights.offsets, weights.index, value, weights.width), neighbours)
    start = np.divide(leaving, damping, out=np.zeros(weights.width), where=damping > 0.0)
    return replace(similar, value=(similar.value * start[similar.row]).astype(np.float32))


def _power(total: Doubles, power: float) -> Doubles:
    """Totals to a negative power, 0 where there is nothing."""
    powered: Doubles = np.where(total > 0.0, total, np.inf) ** power
    return powered


def steps(matrix: Csr, power: float) -> Csr:
    """The chances of a step from each row, to a power."""
    total = np.bincount(matrix.row, matrix.value, len(matrix))[matrix.row]
    share = np.divide(matrix.value, total, out=np.zeros(len(total)), where=total > 0.0)
    return Csr(matrix.offsets, matrix.index, (share**power).astype(np.float32), matrix.width)
