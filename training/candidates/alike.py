"""Which columns of a sparse matrix are most alike, by the library implicit."""

import numpy as np

from training.candidates.blas import one_blas_thread
from training.candidates.library import implicit
from training.candidates.sparse import Csr


def alike(weights: Csr, k: int) -> Csr:
    """(P, P) float64 the `k` highest positive inner products of each column of `weights` (X, P) with all columns,
    itself among them."""
    from scipy.sparse import csr_matrix

    with one_blas_thread():
        library = implicit("nearest_neighbours")
        shape, offsets = (len(weights), weights.width), weights.offsets.astype(np.int32)
        matrix = csr_matrix((weights.value, weights.index, offsets), shape=shape)
        found = library.all_pairs_knn(matrix, k, show_progress=False)
    found.data[np.isnan(found.data)] = 0.0  # where all weights have decayed to nothing
    keep = found.data > 0.0  # zeros fill up short lists
    found.row, found.col, found.data = found.row[keep], found.col[keep], found.data[keep]
    return Csr.of(found)
