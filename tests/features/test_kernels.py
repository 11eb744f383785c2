"""The compiled kernels against the plainest way to say the same, and what they refuse."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import _kernels
from features.arrays import Array, Bools, Codes, positions_in
from features.vocabulary import Vocabulary

SEEDS = st.integers(0, 10**6)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, events=st.integers(0, 300), things=st.integers(1, 9), merge=st.booleans())
def test_groups_are_those_of_a_stable_sort(seed: int, events: int, things: int, *, merge: bool) -> None:
    random = np.random.default_rng(seed)
    row = np.sort(random.integers(0, 5, events)).astype(np.int32)
    thing = random.integers(-1, things, events).astype(np.int32)
    time = np.sort(random.integers(0, 50, events))
    order = np.sort(random.integers(0, 20, events)).astype(np.int32)
    weight = random.integers(1, 5, events).astype(np.float64)
    expected: dict[int, list[list[float]]] = {}  # [time, order, weight] of each occasion
    for r, t, when, number, w in zip(row, thing, time, order, weight, strict=True):
        if t >= 0:
            occasions = expected.setdefault(int(r) * things + int(t), [])
            if merge and occasions and occasions[-1][1] == number:
                occasions[-1][2] += w
            else:
                occasions.append([when, number, w])
    keys, start, group, times, weights, orders = _kernels.group(row, thing, time, order, weight, things, merge)
    assert keys.tolist() == sorted(expected)
    assert start.tolist() == np.cumsum([0, *(len(expected[key]) for key in sorted(expected))]).tolist()
    assert group.tolist() == np.repeat(np.arange(len(keys)), np.diff(start)).tolist()
    flat = [occasion for key in sorted(expected) for occasion in expected[key]]
    assert [list(one) for one in zip(times, orders, weights, strict=True)] == flat


@given(seed=SEEDS)
def test_decayed_sums(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(0, 6, 10)
    start = np.append(0, np.cumsum(counts))
    time = random.integers(0, 10**6, start[-1])
    sums = _kernels.decayed(start, time, 10**6, 86_400.0)
    terms = np.split(np.exp2((time - 10**6) / 86_400.0), start[1:-1])
    np.testing.assert_allclose(sums, [part.sum() for part in terms], rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    seed=SEEDS,
    size=st.integers(0, 60),
    kind=st.sampled_from([np.int32, np.int64, np.uint64]),
    ascending=st.booleans(),
)
def test_keys_are_found(seed: int, size: int, kind: type, *, ascending: bool) -> None:
    random = np.random.default_rng(seed)
    there: Array = np.unique(random.integers(0, 90, size)).astype(kind)
    keys: Array = random.integers(0, 90, 50).astype(kind)
    keys = np.sort(keys) if ascending else keys
    index = {key: place for place, key in enumerate(there.tolist())}
    assert positions_in(there, keys).tolist() == [index.get(key, -1) for key in keys.tolist()]


@given(keys=st.lists(st.integers(-(2**62), 2**62) | st.integers(0, 20), max_size=80))
def test_distinct_keys_and_their_places(keys: list[int]) -> None:
    found, place = _kernels.distinct(np.array(keys, np.int64))
    assert found.tolist() == sorted(set(keys))
    assert found[place].tolist() == keys


def test_values_are_picked() -> None:
    at = np.array([2, -1, 0])
    for kind in (np.float64, np.float32, np.int64, np.int32):
        assert _kernels.pick(np.array([5, 6, 7], kind), at, -3.0).tolist() == [7.0, -3.0, 5.0]


@given(ids=st.lists(st.text(max_size=4), unique=True, max_size=40), other=st.text(max_size=4))
def test_texts_are_located(ids: list[str], other: str) -> None:
    vocabulary = Vocabulary.of(ids)
    assert [vocabulary.index(id) for id in ids] == list(range(len(ids)))
    assert vocabulary.index(other) == (ids.index(other) if other in ids else -1)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, kind=st.sampled_from([np.float32, np.float64]))
def test_rows_of_a_table_are_added_up(seed: int, kind: type) -> None:
    random = np.random.default_rng(seed)
    table: Array = np.where(random.random((7, 11)) < 0.4, random.integers(1, 9, (7, 11)), 0).astype(kind)
    row, column = np.nonzero(table)
    offsets = np.append(0, np.cumsum(np.bincount(row, minlength=7)))
    index = np.flatnonzero(random.random(7) < 0.5).astype(np.int32)
    weight = random.integers(1, 4, len(index)).astype(np.float64)
    sums = _kernels.spread(index, weight, offsets, column.astype(np.int32), table[row, column], 11)
    expected = weight @ table[index]
    assert sums.tolist() == [np.where(expected == 0.0, -np.inf, expected).tolist()]


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
    found, value = _kernels.best(scores, products if sparse else None, k, excluded, allowed)
    assert list(zip((-value).tolist(), found.tolist(), strict=True)) == expected

    known = np.flatnonzero(scores > -np.inf)
    order = known[np.lexsort((products[known], -scores[known]))]
    walked, value = _kernels.walk(order, products, scores.astype(np.float32), k, excluded, allowed)
    assert list(zip((-value).tolist(), walked.tolist(), strict=True)) == expected


NUMBERS: Array = np.arange(3)
CODES: Codes = NUMBERS.astype(np.int32)
DOUBLES: Array = NUMBERS.astype(np.float64)
NONE: Bools = np.zeros(0, np.bool_)


@pytest.mark.parametrize(
    ("kernel", "arguments", "error"),
    [
        (_kernels.find, (NUMBERS, CODES), TypeError),
        (_kernels.find, (np.arange(6)[::2], NUMBERS), TypeError),
        (_kernels.find, (DOUBLES, DOUBLES), TypeError),
        (_kernels.find, (NUMBERS,), TypeError),
        (_kernels.distinct, ([1, 2],), TypeError),
        (_kernels.pick, (NUMBERS, np.array([3]), 0.0), IndexError),
        (_kernels.pick, (NUMBERS, np.array([-2]), 0.0), IndexError),
        (_kernels.pick, (NONE, NUMBERS[:0], 0.0), TypeError),
        (_kernels.pick, (NUMBERS, NUMBERS, "much"), TypeError),
        (_kernels.group, (CODES, CODES, NUMBERS, CODES, DOUBLES[:2], 3, True), ValueError),
        (_kernels.group, (CODES, CODES, NUMBERS, CODES, NUMBERS, 3, True), TypeError),
        (_kernels.spread, (CODES + 1, DOUBLES, np.array([0, 0, 0]), CODES[:0], DOUBLES[:0], 4), IndexError),
        (_kernels.spread, (CODES, DOUBLES[:1], np.zeros(4, np.int64), CODES[:0], DOUBLES[:0], 4), ValueError),
        (_kernels.best, (DOUBLES, None, -1, None, None), ValueError),
        (_kernels.walk, (NUMBERS + 1, CODES, DOUBLES, 3, None, None), IndexError),
        (_kernels.walk, (NUMBERS, CODES, DOUBLES[:1], 3, None, None), ValueError),
        (_kernels.inner, (DOUBLES, np.zeros((2, 4), np.float32)), ValueError),
        (_kernels.locate, (np.zeros(3, np.uint8), np.array([0, 3]), np.array([4], np.int32), b"x"), IndexError),
        (_kernels.locate, (np.zeros(3, np.uint8), np.array([0, 3]), np.array([0], np.int32), "x"), TypeError),
    ],
)
def test_what_does_not_fit_is_refused(kernel: Any, arguments: tuple[Any, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        kernel(*arguments)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, events=st.integers(0, 200), things=st.integers(1, 40))
def test_visits_are_what_was_touched_without_a_break(seed: int, events: int, things: int) -> None:
    random = np.random.default_rng(seed)
    offsets = np.append(0, np.sort(np.append(random.integers(0, events + 1, 3), events)))
    product = random.integers(-1, things, events).astype(np.int32)
    time, kind = np.cumsum(random.integers(0, 100, events)), random.integers(0, 3, events).astype(np.uint8)
    wanted = np.arange(256) < 2
    expected: list[tuple[list[int], int]] = []
    for begin, end in pairwise(offsets.tolist()):
        visit: list[int] = []
        for at in [i for i in range(begin, end) if product[i] >= 0 and wanted[kind[i]]] + [-1]:
            if visit and (at < 0 or time[at] - time[visit[-1]] > 80):
                expected.append((sorted({int(product[i]) for i in visit}), int(time[visit[0]])))
                visit = []
            visit.append(at)
    expected = [one for one in expected if len(one[0]) > 1]
    starts, products, first = _kernels.visits(offsets, product, time, kind, wanted, 80)
    assert [part.tolist() for part in np.split(products, starts[1:-1])] == ([one for one, _ in expected] or [[]])
    assert first.tolist() == [moment for _, moment in expected]


@pytest.mark.parametrize("offsets", [[0, 3], [0, 2, 1], [-1, 2]])
def test_visits_of_rows_that_are_not_there(offsets: list[int]) -> None:
    columns = np.zeros(2, np.int32), np.zeros(2, np.int64), np.zeros(2, np.uint8), np.ones(256, np.bool_)
    with pytest.raises(IndexError, match="row"):
        _kernels.visits(np.array(offsets), *columns, 10)


@given(seed=SEEDS, size=st.integers(0, 9))
def test_codes_are_counted(seed: int, size: int) -> None:
    codes = np.random.default_rng(seed).integers(-1, size, 50).astype(np.int32)
    assert _kernels.counts(codes, size).tolist() == [codes.tolist().count(code) for code in range(-1, size)]


@pytest.mark.parametrize("code", [-2, 3])
def test_codes_that_are_none(code: int) -> None:
    with pytest.raises(IndexError, match=f"code {code} of 3"):
        _kernels.counts(np.array([0, code], np.int32), 3)
    with pytest.raises(ValueError, match="size is -1"):
        _kernels.counts(np.array([0], np.int32), -1)
