"""The three-array matrix."""

import numpy as np

from training.candidates.sampling import affordable
from training.candidates.sparse import Csr

MATRIX = np.array([[0, 2, 5, 2], [0, 0, 0, 0], [1, 3, 0, 4]], np.float64)


def small() -> Csr:
    from scipy.sparse import csr_array

    return Csr.of(csr_array(MATRIX))


def test_there_and_back() -> None:
    assert np.array_equal(small().matrix().toarray(), MATRIX)
    assert len(small()) == 3


def test_rows_in_any_order_and_neighbouring_rows() -> None:
    assert np.array_equal(small().take(np.array([2, 0, 0])).matrix().toarray(), MATRIX[[2, 0, 0]])
    assert np.array_equal(small().slice(1, 3).matrix().toarray(), MATRIX[1:3])


def test_the_heaviest_of_each_row_ties_to_the_lower_column() -> None:
    expected = np.where([[0, 1, 1, 0], [0, 0, 0, 0], [0, 1, 0, 1]], MATRIX, 0)
    assert np.array_equal(small().heaviest(2).matrix().toarray(), expected)
    assert small().heaviest(3) is not None
    assert np.array_equal(small().heaviest(3).matrix().toarray(), MATRIX)


def test_some_entries() -> None:
    kept = small().only(small().value > 2)
    assert np.array_equal(kept.matrix().toarray(), np.where(MATRIX > 2, MATRIX, 0))


def test_a_budget_of_pairs_keeps_whole_rows_and_the_same_ones_each_time() -> None:
    rows = 200
    offsets = np.arange(0, 5 * rows + 1, 5)
    matrix = Csr(offsets, np.tile(np.arange(5, dtype=np.int32), rows), np.ones(5 * rows), 5)
    sample = affordable(matrix, 1_000, seed=3)
    lengths = np.diff(sample.offsets)
    assert set(lengths.tolist()) == {0, 5}
    assert (lengths**2).sum() == 1_000
    assert np.array_equal(affordable(matrix, 1_000, seed=3).offsets, sample.offsets)
    assert not np.array_equal(affordable(matrix, 1_000, seed=4).offsets, sample.offsets)
    assert affordable(matrix, 25 * rows, seed=3) is matrix
