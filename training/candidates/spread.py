"""A customer's weights on things, spread over what each thing leads to: the product of two sparse matrices."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array

from features.arrays import Doubles
from training import _lists
from training.candidates.scores import NONE
from training.candidates.sparse import Csr
from training.request import Request

BLOCK = 250_000  # dense scores at a time: 2 MB stay in the processor's cache


def spread(weights: Csr, table: Csr) -> Doubles:
    """(R, P) `weights` (R x M) times `table` (M x P), both of positive values; -inf where nothing leads.

    Terms are added in the order of the customer's own entries, alone as in a batch, so the last bit does not depend on
    it. SciPy's product is three times as fast for many rows and lets go of the interpreter; for one row it takes five
    times as long.
    """
    if len(weights) == 1:
        return _sums(weights, table)
    total = np.empty((len(weights), table.width))
    for start, block in blocks(weights, table):
        total[start : start + len(block)] = block
    return total


def spread_bought(request: Request, similar: Csr, *, half_life: float, asked: int) -> Doubles:
    """(R, P) what is `similar` (P, P) to what each customer bought, to their `asked` heaviest products: each purchase
    counts half as much after every `half_life` days."""
    weights = request.bought.decayed(request.context.time, half_life, width=len(similar), most=asked)
    return spread(weights, similar)


def blocks(weights: Csr, table: Csr) -> Iterator[tuple[int, Doubles]]:
    """The same row by row: a first row and (r, P) scores from there on, which the next block overwrites."""
    if len(weights) == 1:
        yield 0, _sums(weights, table)
        return
    right = table.matrix().astype(np.float64)
    size = max(1, BLOCK // max(1, table.width))
    memory = np.empty((min(size, len(weights)), table.width))
    for start in range(0, max(1, len(weights)), size):
        left = weights.slice(start, min(start + size, len(weights))).matrix().astype(np.float64)
        block = csr_array(left @ right).toarray(out=memory[: left.shape[0]])
        np.putmask(block, block == 0.0, NONE)
        yield start, block


def _sums(weights: Csr, table: Csr) -> Doubles:
    """One row."""
    weight = np.ascontiguousarray(weights.value, np.float64)
    return _lists.spread(weights.index, weight, table.offsets, table.index, table.value, table.width)
