"""The k strongest entries of each row of a product of two sparse matrices, without ever holding the whole product."""

import numpy as np

from features.arrays import Bools, Codes, Doubles, Offsets
from training import _nearest
from training.candidates.sparse import Csr


def nearest(left: Csr, right: Csr, k: int, *, scale: Doubles | None = None, allowed: Bools | None = None) -> Csr:
    """(R, P) float32 the `k` highest positive entries of each row of `left` (R, M) @ `right` (M, P), ties to the lower
    column; `scale` (P,) multiplies columns, `allowed` (P,) leaves columns out."""
    offsets, index, value = _nearest.nearest(*_parts(left), *_parts(right), k, scale, allowed)
    return Csr(offsets, index, value.astype(np.float32), right.width)


def alike(weights: Csr, k: int, *, allowed: Bools | None = None) -> Csr:
    """(P, P) float64 the `k` highest positive inner products of each column of `weights` (X, P) with all columns,
    itself among them, ties to the lower column; `allowed` (P,) leaves columns out.

    What one column has in common with another is worked out once for both.
    """
    offsets, index, value = _nearest.alike(*_parts(weights), k, allowed)
    return Csr(offsets, index, value, weights.width)


def _parts(matrix: Csr) -> tuple[Offsets, Codes, Doubles, int]:
    """As the compiled part takes them."""
    return (
        np.ascontiguousarray(matrix.offsets, np.int64),
        np.ascontiguousarray(matrix.index, np.int32),
        np.ascontiguousarray(matrix.value, np.float64),
        matrix.width,
    )
