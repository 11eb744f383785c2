"""A customer's weights on things, spread over what each thing leads to: the product of two sparse matrices."""

from collections.abc import Iterator

import numpy as np

from features.arrays import Doubles
from training import _lists
from training.candidates.sparse import Csr
from training.request import Request

BLOCK = 250_000  # dense scores at a time: 2 MB stay in the processor's cache


def spread(weights: Csr, table: Csr) -> Doubles:
    """(R, P) `weights` (R x M) times `table` (M x P), both of positive values; -inf where nothing leads.

    Terms are added in the order of the customer's own entries, alone as in a batch, so the last bit does not depend on
    it. It takes a quarter of the time of SciPy's product, which counts the entries first.
    """
    weight = np.ascontiguousarray(weights.value, np.float64)
    return _lists.spread(weights.offsets, weights.index, weight, table.offsets, table.index, table.value, table.width)


def spread_bought(request: Request, similar: Csr, *, half_life: float, asked: int) -> Doubles:
    """(R, P) what is `similar` (P, P) to what each customer bought, to their `asked` heaviest products: each purchase
    counts half as much after every `half_life` days."""
    weights = request.bought.decayed(request.context.time, half_life, width=len(similar), most=asked)
    return spread(weights, similar)


def blocks(weights: Csr, table: Csr) -> Iterator[Doubles]:
    """The same a few rows at a time, (r, P)."""
    size = max(1, BLOCK // max(1, table.width))
    for start in range(0, max(1, len(weights)), size):
        yield spread(weights.slice(start, min(start + size, len(weights))), table)
