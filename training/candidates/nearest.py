"""The k strongest entries of each row of a product of two sparse matrices, without ever holding the whole product."""

import numpy as np
from scipy.sparse import csr_array

from features.arrays import Array, Bools, Doubles
from training.candidates.scores import NONE, Scores
from training.candidates.sparse import Csr
from training.candidates.topk import top_k

CHUNK = 1_000_000  # dense entries at a time, 8 MB
SPARSE = 20  # with fewer than one entry in so many, sorting them is cheaper


def nearest(left: Csr, right: csr_array, k: int, *, scale: Doubles | None = None, allowed: Bools | None = None) -> Csr:
    """(R, P) float32 the `k` highest positive entries of each row of `left` (R, M) @ `right` (M, P), ties to the lower
    column; `scale` (P,) multiplies columns, `allowed` (P,) leaves columns out."""
    rows, width = len(left), right.shape[1]
    size = max(1, CHUNK // max(1, width))
    lengths, index, value = [np.zeros(1, np.int64)], [np.zeros(0, np.int32)], [np.zeros(0, np.float32)]
    for start in range(0, rows, size):
        entries = csr_array(left.slice(start, min(start + size, rows)).matrix() @ right)
        if scale is not None:
            entries.data *= scale[entries.indices]
        best = top_k(_scores(entries), k, allowed=allowed)
        named = best.score > 0.0
        counts = np.append(0, np.cumsum(named))[best.offsets]
        lengths.append(np.diff(counts))
        index.append(best.product[named])
        value.append(best.score[named])
    offsets = np.cumsum(np.concatenate(lengths))
    return Csr.of(Csr(offsets, np.concatenate(index), np.concatenate(value), width).matrix())


def _scores(entries: csr_array) -> Scores:
    """Few entries sparse as they are, many dense: whichever is less work to choose from."""
    few = entries.nnz * SPARSE < entries.shape[0] * entries.shape[1]
    if few:
        return Csr.of(entries)
    dense: Array = entries.toarray()
    dense[dense == 0.0] = NONE
    return dense
