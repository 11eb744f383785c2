"""A customer's weights on things, spread over what each thing leads to: the product of two sparse matrices."""

import numpy as np

from features.arrays import Doubles, elements_of
from training.candidates.scores import NONE
from training.candidates.sparse import Csr

CHUNK = 1_000_000  # terms added up together, about 40 MB


def spread(weights: Csr, table: Csr) -> Doubles:
    """(R, P) `weights` (R x M) times `table` (M x P), both of positive values; -inf where nothing leads.

    Terms are added in the order of the customer's own entries, so the last bit does not depend on the batch; for one
    row it takes a fifth of the time of SciPy's product.
    """
    if len(weights) == 1:
        total = _sums(weights, table)
    else:
        parts = [_sums(weights.slice(a, b), table) for a, b in _chunks(weights, table)]
        total = np.concatenate(parts) if parts else np.zeros((0, table.width))
    total[total == 0.0] = NONE
    return total


def _sums(weights: Csr, table: Csr) -> Doubles:
    rows, width = len(weights), table.width
    taken, positions = elements_of(table.offsets, weights.index)
    lengths = np.diff(taken)
    column = table.index[positions]
    if rows > 1:
        column = column + np.repeat(weights.row.astype(np.int64) * width, lengths)
    terms = np.repeat(weights.value.astype(np.float64, copy=False), lengths)
    terms *= table.value[positions]
    sums = np.bincount(column, terms, rows * width)
    return sums.astype(np.float64, copy=False).reshape(rows, width)  # it is of integers where there is no term


def _chunks(weights: Csr, table: Csr) -> list[tuple[int, int]]:
    """Rows to be done together: about `CHUNK` terms, or as many dense scores."""
    rows = len(weights)
    terms = np.diff(table.offsets)[weights.index]
    work = np.append(0, np.cumsum(terms))[weights.offsets] + np.arange(rows + 1) * table.width
    cuts = np.searchsorted(work, np.arange(CHUNK, int(work[-1]) + CHUNK, CHUNK), side="right") - 1
    bounds = np.unique(np.concatenate([[0], np.maximum(cuts, 1), [rows]]))
    bounds = bounds[bounds <= rows]
    return list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))
