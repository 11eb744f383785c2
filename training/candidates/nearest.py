"""The k strongest entries of each row of a product of two sparse matrices, without ever holding the whole product."""

import numpy as np
from scipy.sparse import csr_array

from features.arrays import Bools, Doubles
from training.candidates.scores import NONE, Scores
from training.candidates.sparse import Csr
from training.candidates.topk import top_k

CHUNK = 10_000_000  # dense entries at a time, 80 MB
SPARSE = 20  # with fewer than one entry in so many, sorting them is cheaper


def nearest(left: Csr, right: csr_array, k: int, *, scale: Doubles | None = None, allowed: Bools | None = None) -> Csr:
    """(R, P) float32 the `k` highest positive entries of each row of `left` (R, M) @ `right` (M, P), ties to the lower
    column; `scale` (P,) multiplies columns, `allowed` (P,) leaves columns out."""
    rows, width = len(left), right.shape[1]
    size = max(1, CHUNK // max(1, width))
    lengths, index, value = [np.zeros(1, np.int64)], [np.zeros(0, np.int32)], [np.zeros(0, np.float32)]
    for start in range(0, rows, size):
        entries = left.slice(start, min(start + size, rows)).matrix() @ right
        best = top_k(_scored(entries, scale), k, allowed=allowed)
        lengths.append(np.diff(best.offsets))
        index.append(best.product)
        value.append(best.score)
    offsets = np.cumsum(np.concatenate(lengths))
    return Csr.of(Csr(offsets, np.concatenate(index), np.concatenate(value), width).matrix())


def _scored(entries: csr_array, scale: Doubles | None) -> Scores:
    """Sparse entries as they are, the others dense: whichever takes less work."""
    if entries.nnz * SPARSE < entries.shape[0] * entries.shape[1]:
        sparse = Csr.of(entries)
        value = sparse.value if scale is None else sparse.value * scale[sparse.index]
        scaled = Csr(sparse.offsets, sparse.index, value, sparse.width)
        return scaled.only(value > 0.0)
    dense = entries.toarray()
    dense = dense if scale is None else dense * scale
    return np.where(dense > 0.0, dense, NONE)
