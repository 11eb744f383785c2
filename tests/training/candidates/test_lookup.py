"""Scores of single pairs."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.candidates.test_topk import shapes
from training.candidates.lookup import lookup
from training.candidates.scores import Shared
from training.candidates.sparse import Csr


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.integers(1, 4), products=st.integers(1, 30))
def test_all_shapes_of_scores_agree(seed: int, rows: int, products: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.random((rows, products))
    scores[random.random(scores.shape) < 0.4] = -np.inf
    row = random.integers(0, rows, 50).astype(np.int32)
    product = random.integers(0, products, 50).astype(np.int32)
    for given_scores, same in shapes(scores, random.integers(-1, rows, rows)):
        expected = np.where(np.isinf(same[row, product]), np.nan, same[row, product]).astype(np.float32)
        assert np.array_equal(lookup(given_scores, row, product), expected, equal_nan=True)


def test_nothing_is_stored() -> None:
    pairs = np.array([0, 1], np.int32), np.array([2, 0], np.int32)
    assert np.isnan(lookup(Csr.empty(2, 3), *pairs)).all()
    nobody = Shared(np.full(2, -1, np.int32), Csr.empty(1, 3), np.zeros(0, np.int64))
    assert np.isnan(lookup(nobody, *pairs)).all()


def test_no_pairs() -> None:
    none = np.zeros(0, np.int32)
    assert len(lookup(np.zeros((3, 2)), none, none)) == 0
    assert len(lookup(Csr.empty(3, 2), none, none)) == 0
