"""The best of each row, against the plainest way to find them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.arrays import Array, Bools, Doubles
from training.candidates import topk
from training.candidates.scores import Baskets, Candidates, Scores, Shared, best_first
from training.candidates.sparse import Csr
from training.candidates.topk import top_k


def plain(scores: Doubles, k: int, exclude: Bools, allowed: Bools | None) -> list[list[int]]:
    """One row after the other, all products sorted."""
    best = []
    for row, out in zip(scores, exclude, strict=True):
        shown = (row > -np.inf) & ~out & (True if allowed is None else allowed)
        best.append(sorted(np.flatnonzero(shown).tolist(), key=lambda p, row=row: (-row[p], p))[:k])  # type: ignore[misc]
    return best


def found(candidates: Candidates) -> list[list[int]]:
    products, offsets = candidates.product.tolist(), candidates.offsets
    return [products[a:b] for a, b in pairwise(offsets)]


def csr(scores: Array) -> Csr:
    row, column = np.nonzero(scores > -np.inf)
    offsets = np.append(0, np.cumsum((scores > -np.inf).sum(axis=1)))
    return Csr(offsets, column.astype(np.int32), scores[row, column], scores.shape[1])


def baskets(exclude: Bools) -> Baskets:
    return Baskets(np.append(0, np.cumsum(exclude.sum(axis=1))), np.nonzero(exclude)[1].astype(np.int32))


def shapes(scores: Doubles, which: Array) -> list[tuple[Scores, Doubles]]:
    """Dense and sparse scores, and lists shared by rows, each with the same as a dense matrix."""
    lists = csr(scores)
    padded = np.vstack([scores, np.full(scores.shape[1], -np.inf)])
    shared = Shared(which.astype(np.int32), lists, best_first(lists))
    return [(scores, scores), (csr(scores), scores), (shared, padded[which])]


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    rows=st.integers(1, 4),
    products=st.integers(1, 70),
    k=st.integers(1, 12),
    values=st.sampled_from([2, 5, 1000]),
    masked=st.booleans(),
)
def test_as_the_plain_way(seed: int, rows: int, products: int, k: int, values: int, *, masked: bool) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(0, values, (rows, products)).astype(np.float64)
    scores[random.random(scores.shape) < 0.3] = -np.inf
    exclude = random.random(scores.shape) < 0.2
    allowed = random.random(products) < 0.7 if masked else None
    which = random.integers(-1, rows, rows)
    for given_scores, same in shapes(scores, which):
        best = top_k(given_scores, k, exclude=baskets(exclude), allowed=allowed)
        assert found(best) == plain(same, k, exclude, allowed)


def test_without_masks_the_scores_stay_as_they_were() -> None:
    scores = np.array([[3.0, 1.0, 2.0], [0.0, -np.inf, 0.0]])
    before = scores.copy()
    best = top_k(scores, 2, exclude=baskets(scores > 2.5))
    assert found(best) == [[2, 1], [0, 2]]
    assert best.score.tolist() == [2.0, 1.0, 0.0, 0.0]
    assert np.array_equal(scores, before)


def test_ranks_count_from_one_in_each_row() -> None:
    best = top_k(np.array([[3.0, 1.0, 2.0], [0.0, -np.inf, -np.inf]]), 2)
    assert best.rank.tolist() == [1, 2, 1]


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.random.default_rng(1).random((25, 40))
    whole = top_k(scores, 5, exclude=baskets(scores > 0.8))
    monkeypatch.setattr(topk, "CHUNK", 3 * 40)
    assert found(top_k(scores, 5, exclude=baskets(scores > 0.8))) == found(whole)


def test_no_products_and_no_rows() -> None:
    assert found(top_k(np.zeros((2, 0)), 3)) == [[], []]
    assert found(top_k(np.zeros((1, 0)), 3)) == [[]]
    assert found(top_k(np.zeros((0, 5)), 3)) == []
    assert found(top_k(Csr.empty(2, 5), 3)) == [[], []]
