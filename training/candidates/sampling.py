"""Bounds on what is learned from, so that the cost of a fit does not grow with customers x products."""

import numpy as np

from training.candidates.sparse import Csr


def affordable(matrix: Csr, budget: int, seed: int) -> Csr:
    """The rows of a seeded sample, the others emptied, so that the pairs within rows number at most `budget`."""
    pairs = np.diff(matrix.offsets) ** 2
    if pairs.sum() <= budget:
        return matrix
    shuffled = np.random.default_rng(seed).permutation(len(matrix))
    chosen = np.zeros(len(matrix), np.bool_)
    chosen[shuffled[np.cumsum(pairs[shuffled]) <= budget]] = True
    return matrix.only(chosen[matrix.row])
