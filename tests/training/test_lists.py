"""What lists are made with, against the plainest way to say the same, and what is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.arrays import Array, Codes
from training import _lists

SEEDS = st.integers(0, 10**6)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, kind=st.sampled_from([np.float32, np.float64]))
def test_rows_of_a_table_are_added_up(seed: int, kind: type) -> None:
    random = np.random.default_rng(seed)
    table: Array = np.where(random.random((7, 11)) < 0.4, random.integers(1, 9, (7, 11)), 0).astype(kind)
    row, column = np.nonzero(table)
    offsets = np.append(0, np.cumsum(np.bincount(row, minlength=7)))
    weights: Array = np.where(random.random((3, 7)) < 0.5, random.integers(1, 4, (3, 7)), 0).astype(np.float64)
    asked, index = np.nonzero(weights)
    begins = np.append(0, np.cumsum(np.bincount(asked, minlength=3)))
    given = weights[asked, index]
    sums = _lists.spread(
        begins, index.astype(np.int32), given, offsets, column.astype(np.int32), table[row, column], 11
    )
    expected = weights @ table
    assert sums.tolist() == np.where(expected == 0.0, -np.inf, expected).tolist()


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, size=st.integers(0, 80), k=st.integers(0, 12), masked=st.booleans(), sparse=st.booleans())
def test_the_best_and_the_first_of_a_list(seed: int, size: int, k: int, *, masked: bool, sparse: bool) -> None:
    random = np.random.default_rng(seed)
    scores = np.where(random.random(size) < 0.3, -np.inf, random.integers(0, 5, size))
    products = np.sort(random.permutation(100)[:size]).astype(np.int32) if sparse else np.arange(size, dtype=np.int32)
    excluded = np.flatnonzero(random.random(100) < 0.2).astype(np.int32)
    allowed = random.random(100) < 0.6 if masked else None
    shown = [
        (-score, product)
        for score, product in zip(scores.tolist(), products.tolist(), strict=True)
        if score > -np.inf and product not in excluded and (allowed is None or allowed[product])
    ]
    expected = sorted(shown)[:k]
    found, value = _lists.best(scores, products if sparse else None, k, excluded, allowed)
    assert list(zip((-value).tolist(), found.tolist(), strict=True)) == expected

    known = np.flatnonzero(scores > -np.inf)
    order = known[np.lexsort((products[known], -scores[known]))]
    walked, value = _lists.walk(order, products, scores.astype(np.float32), k, excluded, allowed)
    assert list(zip((-value).tolist(), walked.tolist(), strict=True)) == expected


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, rows=st.integers(0, 4), generators=st.integers(0, 4))
def test_what_generators_named_is_pooled_and_ordered(seed: int, rows: int, generators: int) -> None:
    random = np.random.default_rng(seed)
    named = [[random.permutation(9)[: random.integers(0, 6)] for _ in range(rows)] for _ in range(generators)]
    expected: dict[tuple[int, int], list[float]] = {}
    for g, lists in enumerate(named):
        for r, products in enumerate(lists):
            for place, one in enumerate(products.tolist(), 1):
                expected.setdefault((r, one), [np.nan] * generators)[g] = place
    offsets = [np.cumsum([0, *map(len, lists)], dtype=np.int64) for lists in named]
    flat = [np.concatenate([np.zeros(0, np.int64), *lists]).astype(np.int32) for lists in named]
    row, product, rank = _lists.pooled(offsets, flat, rows)
    assert list(zip(row.tolist(), product.tolist(), strict=True)) == sorted(expected)
    np.testing.assert_array_equal(rank, np.array([expected[key] for key in sorted(expected)]).reshape(rank.shape))

    score = random.choice([-2.5, -0.0, 0.0, 1e-300, 3.0, -np.inf, np.inf], len(row))
    by, source = _lists.ranked(row, score, rank)
    assert by.tolist() == np.lexsort((product, -score, row)).tolist()
    assert source.tolist() == [int(np.nanargmin(own)) for own in rank[by]]


@given(seed=SEEDS, sparse=st.booleans(), kind=st.sampled_from([np.float32, np.float64]))
def test_scores_of_products_in_one_row(seed: int, kind: type, *, sparse: bool) -> None:
    random = np.random.default_rng(seed)
    row: Array = np.where(random.random(30) < 0.4, -np.inf, random.random(30)).astype(kind)
    product = random.integers(0, 30, 50).astype(np.int32)
    index = np.flatnonzero(row > -np.inf).astype(np.int32)
    rated = _lists.rated(row[index] if sparse else row, index if sparse else None, product)
    expected = np.where(row > -np.inf, row, np.nan).astype(np.float32)[product]
    np.testing.assert_array_equal(rated, expected)
    assert rated.dtype == np.float32


@given(seed=SEEDS, others=st.integers(0, 9))
def test_pairs_that_are_none_of_some_others(seed: int, others: int) -> None:
    random = np.random.default_rng(seed)
    pairs, taken = (
        random.integers(-1, 4, (2, 30)).astype(np.int32),
        random.integers(-1, 4, (2, others)).astype(np.int32),
    )
    there = set(zip(*taken.tolist(), strict=True))
    expected = [pair not in there for pair in zip(*pairs.tolist(), strict=True)]
    assert _lists.apart(*pairs.copy(), *taken.copy()).tolist() == expected


NUMBERS: Array = np.arange(3)
CODES: Codes = NUMBERS.astype(np.int32)
DOUBLES: Array = NUMBERS.astype(np.float64)
BEGINS: Array = np.array([0, 3])
RANKS: Array = np.zeros((3, 2), np.float32)


@pytest.mark.parametrize(
    ("kernel", "arguments", "error"),
    [
        (_lists.spread, (BEGINS, CODES + 1, DOUBLES, np.array([0, 0, 0]), CODES[:0], DOUBLES[:0], 4), IndexError),
        (_lists.spread, (BEGINS, CODES, DOUBLES[:1], np.zeros(4, np.int64), CODES[:0], DOUBLES[:0], 4), ValueError),
        (_lists.spread, (BEGINS[:1], CODES, DOUBLES, np.zeros(4, np.int64), CODES[:0], DOUBLES[:0], 4), ValueError),
        (
            _lists.spread,
            (np.array([0, 5, 3]), CODES, DOUBLES, np.zeros(4, np.int64), CODES[:0], DOUBLES[:0], 4),
            ValueError,
        ),
        (_lists.best, (DOUBLES, None, -1, None, None), ValueError),
        (_lists.walk, (NUMBERS + 1, CODES, DOUBLES, 3, None, None), IndexError),
        (_lists.walk, (NUMBERS, CODES, DOUBLES[:1], 3, None, None), ValueError),
        (_lists.inner, (DOUBLES, np.zeros((2, 4), np.float32)), ValueError),
        (_lists.pooled, ([NUMBERS], [CODES], 2), ValueError),
        (_lists.pooled, ([NUMBERS], [CODES[:2]], 3), ValueError),
        (_lists.pooled, ([NUMBERS], [], 2), ValueError),
        (_lists.pooled, ([np.array([0, 3, 2])], [CODES[:2]], 2), ValueError),
        (_lists.pooled, ((NUMBERS,), [CODES[:2]], 2), TypeError),
        (_lists.pooled, ([], [], -1), ValueError),
        (_lists.rated, (DOUBLES, None, CODES + 1), IndexError),
        (_lists.rated, (DOUBLES, CODES[:1], CODES), ValueError),
        (_lists.rated, (CODES, None, CODES), TypeError),
        (_lists.ranked, (CODES, DOUBLES[:1], RANKS), ValueError),
        (_lists.ranked, (CODES, DOUBLES, RANKS[0]), ValueError),
        (_lists.apart, (CODES, CODES[:1], CODES, CODES), ValueError),
        (_lists.apart, (CODES, CODES, CODES, NUMBERS), TypeError),
    ],
)
def test_what_does_not_fit_is_refused(kernel: Any, arguments: tuple[Any, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        kernel(*arguments)
