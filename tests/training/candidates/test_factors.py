"""Arithmetic on the grid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.candidates.factors import check_factors, inner_products, on_grid


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.floats(1e-6, 1e6))
def test_values_hardly_move_and_fit_a_float32(seed: int, scale: float) -> None:
    values = np.random.default_rng(seed).normal(0, scale, (20, 7))
    rounded = on_grid(values)
    assert np.abs(rounded - values).max() <= np.abs(values).max() * 2.0**-21
    assert np.array_equal(rounded.astype(np.float32).astype(np.float64), rounded)
    assert np.array_equal(on_grid(rounded), rounded)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), length=st.sampled_from([1, 3, 64, 512]))
def test_sums_are_exact_in_any_order(seed: int, length: int) -> None:
    random = np.random.default_rng(seed)
    users, items = on_grid(random.normal(size=(9, length))), on_grid(random.normal(size=(40, length)))
    scores = inner_products(users.astype(np.float32), items.astype(np.float32), np.zeros(0, np.int32))
    shuffled = random.permutation(length)
    for row in range(9):
        one_by_one = np.array([sum((users[row, shuffled] * item[shuffled]).tolist()) for item in items])
        assert np.array_equal(scores[row], one_by_one)


def test_what_is_not_known_has_no_score() -> None:
    users, items = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[1.0, 1.0], [0.0, 0.0], [2.0, 0.5]])
    scores = inner_products(users.astype(np.float32), items.astype(np.float32), np.array([1], np.int32))
    assert scores.tolist() == [[3.0, -np.inf, 3.0], [-np.inf] * 3]


def test_nothing_but_zeros() -> None:
    assert not on_grid(np.zeros((2, 3))).any()
    assert on_grid(np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("factors", [0, -1, 513])
def test_too_many_or_no_factors(factors: int) -> None:
    with pytest.raises(ValueError, match=f"factors = {factors}: must be 1 to 512"):
        check_factors(factors)
