"""Random walks: from a product to what it was bought by or with, and on to the other products there."""

import numpy as np

from features.arrays import Codes
from training.candidates.nearest import nearest
from training.candidates.sparse import Csr


def walk(weights: Csr, *, alpha: float, beta: float, neighbours: int, rows: Codes | None = None) -> Csr:
    """(P, P) chances to come from one product to another in two steps over the rows of `weights` (X, P).

    The chance of each step is raised to `alpha` and the sum divided by the product's total weight to the power `beta`;
    each product's best `neighbours` are kept. Algorithm RP3beta of paudel2017updatable. With `rows`, only those of some
    products are worked out.
    """
    to_product = steps(weights, alpha)
    to_row = steps(Csr.of(weights.matrix().T.tocsr()), alpha)
    sold = np.bincount(weights.index, weights.value, weights.width)
    damping = np.where(sold > 0.0, sold, np.inf) ** -beta
    if rows is not None:
        to_row = to_row.take(rows)
    return nearest(to_row, to_product.matrix(), neighbours, scale=damping)


def steps(matrix: Csr, power: float) -> Csr:
    """The chances of a step from each row, to a power."""
    total = np.bincount(matrix.row, matrix.value, len(matrix))[matrix.row]
    share = np.divide(matrix.value, total, out=np.zeros(len(total)), where=total > 0.0)
    return Csr(matrix.offsets, matrix.index, (share**power).astype(np.float32), matrix.width)
