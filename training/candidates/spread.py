"""A customer's weights on things, spread over what each thing leads to: the product of two sparse matrices."""

import numpy as np
from scipy.sparse import csr_array

from features.arrays import Doubles, elements_of
from training.candidates.scores import NONE
from training.candidates.sparse import Csr

CHUNK = 8_000_000  # dense scores at a time, 64 MB


def spread(weights: Csr, table: Csr) -> Doubles:
    """(R, P) `weights` (R x M) times `table` (M x P), both of positive values; -inf where nothing leads.

    Terms are added in the order of the customer's own entries, alone as in a batch, so the last bit does not depend on
    it. SciPy's product is three times as fast for many rows and lets go of the interpreter; for one row it takes five
    times as long.
    """
    total = _sums(weights, table) if len(weights) == 1 else _product(weights, table)
    total[total == 0.0] = NONE
    return total


def _product(weights: Csr, table: Csr) -> Doubles:
    total, right = np.empty((len(weights), table.width)), table.matrix().astype(np.float64)
    size = max(1, CHUNK // max(1, table.width))
    for start in range(0, len(weights), size):
        left = weights.slice(start, min(start + size, len(weights))).matrix().astype(np.float64)
        csr_array(left @ right).toarray(out=total[start : start + size])
    return total


def _sums(weights: Csr, table: Csr) -> Doubles:
    """One row."""
    taken, positions = elements_of(table.offsets, weights.index)
    terms = np.repeat(weights.value.astype(np.float64, copy=False), np.diff(taken))
    terms *= table.value[positions]
    sums = np.bincount(table.index[positions], terms, table.width)
    return sums.astype(np.float64, copy=False).reshape(1, table.width)  # it is of integers where there is no term
