"""The sparse product, against SciPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import random_array

from training.candidates import spread as module
from training.candidates.sparse import Csr
from training.candidates.spread import spread


def random_csr(seed: int, rows: int, width: int, density: float = 0.3) -> Csr:
    return Csr.of(random_array((rows, width), density=density, format="csr", rng=np.random.default_rng(seed)))


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.integers(0, 6), things=st.integers(1, 12), width=st.integers(1, 15))
def test_as_scipy(seed: int, rows: int, things: int, width: int) -> None:
    weights, table = random_csr(seed, rows, things), random_csr(seed + 1, things, width)
    expected = (weights.matrix() @ table.matrix()).toarray()
    assert np.allclose(spread(weights, table), np.where(expected > 0, expected, -np.inf))


def test_a_row_is_the_same_to_the_last_bit_in_any_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    weights, table = random_csr(1, 200, 80), random_csr(2, 80, 90, 0.6)
    whole = spread(weights, table)
    monkeypatch.setattr(module, "BLOCK", 1_000)
    assert np.array_equal(np.concatenate(list(module.blocks(weights, table))), whole)
    for row in range(0, 200, 17):
        assert np.array_equal(spread(weights.slice(row, row + 1), table)[0], whole[row])


def test_rows_and_tables_without_entries() -> None:
    assert (spread(Csr.empty(3, 4), random_csr(1, 4, 5)) == -np.inf).all()
    assert spread(Csr.empty(1, 0), Csr.empty(0, 5)).shape == (1, 5)
    assert spread(Csr.empty(0, 4), random_csr(1, 4, 5)).shape == (0, 5)


def test_rows_that_are_not_there() -> None:
    weights, table = random_csr(1, 2, 9, 1.0), random_csr(2, 8, 5)
    with pytest.raises(IndexError, match="row 8 of 8"):
        spread(weights, table)
