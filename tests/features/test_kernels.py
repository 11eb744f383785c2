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
    row = np.sort(random.integers(0, 5, events))
    product = random.integers(-1, 12, events).astype(np.int32)
    time = np.sort(random.integers(0, 50, events))
    kind = random.integers(0, 3, events).astype(np.uint8)
    order = random.integers(-1, 4, events).astype(np.int32)
    quantity = random.integers(1, 5, events).astype(np.float32)
    codes = random.integers(-1, things, 12).astype(np.int32)
    wanted = np.arange(256) < 2
    expected: dict[int, list[list[float]]] = {}  # [time, number of the order, weight] of each occasion
    number, last = -1, -1
    for i in np.flatnonzero(wanted[kind]).tolist():
        same = last >= 0 and row[i] == row[last]
        both = order[[i, last]] if (order[[i, last]] >= 0).all() else time[[i, last]]
        number, last = number + (not same or both[0] != both[1]), i
        thing = codes[product[i]] if product[i] >= 0 else -1
        if thing >= 0:
            occasions = expected.setdefault(int(row[i]) * things + int(thing), [])
            if merge and occasions and occasions[-1][1] == number:
                occasions[-1][2] += quantity[i]
            else:
                occasions.append([time[i], number, quantity[i]])
    offsets = np.searchsorted(row, np.arange(6))
    keys, start, group, times, weights, orders = _kernels.group(
        offsets, product, time, kind, order, quantity, wanted, codes, things, merge
    )
    assert keys.tolist() == sorted(expected)
    assert start.tolist() == np.cumsum([0, *(len(expected[key]) for key in sorted(expected))]).tolist()
    assert group.tolist() == np.repeat(np.arange(len(keys)), np.diff(start)).tolist()
    flat = [occasion for key in sorted(expected) for occasion in expected[key]]
    assert [list(one) for one in zip(times, orders, weights, strict=True)] == flat

    who, product = random.integers(0, 5, 40).astype(np.int32), random.integers(-1, 12, 40).astype(np.int32)
    sought = [
        int(r) * things + int(codes[p]) if p >= 0 and codes[p] >= 0 else -1 for r, p in zip(who, product, strict=True)
    ]
    index = {key: place for place, key in enumerate(keys.tolist())}
    assert _kernels.match(keys, who, product, codes, things).tolist() == [index.get(key, -1) for key in sought]


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


@given(seed=SEEDS, pairs=st.integers(0, 150))
def test_a_matrix_is_its_columns_as_single_numbers(seed: int, pairs: int) -> None:
    random = np.random.default_rng(seed)
    table = random.random((9, 3)).astype(np.float32)
    product = random.integers(0, 9, pairs).astype(np.int32)
    kinds = (np.float64, np.float32, np.int64, np.int32, np.bool_, np.uint8, np.int16, np.float16)
    whole = [random.integers(0, 100, pairs).astype(kind) for kind in kinds]
    strided = np.where(random.random((pairs, 2)) < 0.2, np.nan, random.random((pairs, 2)))
    columns: list[Any] = [*whole, 2, strided[:, 1], 0, np.float64(7.5)]
    expected = np.empty((len(columns), pairs), np.float32)
    for row, column in zip(expected, columns, strict=True):
        row[:] = table[product, column] if isinstance(column, int) else column
    found = _kernels.matrix(columns, table, product)
    assert found.shape == (pairs, len(columns))
    assert found.tobytes() == np.ascontiguousarray(expected.T).tobytes()


@given(ids=st.lists(st.text(max_size=4), unique=True, max_size=40), other=st.text(max_size=4))
def test_texts_are_located(ids: list[str], other: str) -> None:
    vocabulary = Vocabulary.of(ids)
    assert [vocabulary.index(id) for id in ids] == list(range(len(ids)))
    assert vocabulary.index(other) == (ids.index(other) if other in ids else -1)


NUMBERS: Array = np.arange(3)
CODES: Codes = NUMBERS.astype(np.int32)
DOUBLES: Array = NUMBERS.astype(np.float64)
NONE: Bools = np.zeros(0, np.bool_)
FLOATS: Array = NUMBERS.astype(np.float32)
KINDS: Array = NUMBERS.astype(np.uint8)
ALL: Bools = np.ones(256, np.bool_)
TABLE: Array = np.zeros((3, 2), np.float32)
ENDS: Array = np.array([0, 2, 3])


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
        (_kernels.group, (ENDS, CODES, NUMBERS, KINDS, CODES, FLOATS[:2], ALL, None, 3, True), ValueError),
        (_kernels.group, (ENDS, CODES, NUMBERS, KINDS, CODES, DOUBLES, ALL, None, 3, True), TypeError),
        (_kernels.group, (ENDS, CODES, NUMBERS, KINDS, CODES, FLOATS, ALL[:9], None, 3, True), ValueError),
        (_kernels.group, (ENDS + 1, CODES, NUMBERS, KINDS, CODES, FLOATS, ALL, None, 3, True), ValueError),
        (_kernels.group, (ENDS[::-1].copy(), CODES, NUMBERS, KINDS, CODES, FLOATS, ALL, None, 3, True), ValueError),
        (_kernels.group, (ENDS, CODES, NUMBERS, KINDS, CODES, FLOATS, ALL, DOUBLES, 3, True), TypeError),
        (_kernels.match, (NUMBERS, CODES, CODES[:1], None, 3), ValueError),
        (_kernels.matrix, ([DOUBLES[:2]], TABLE, CODES), ValueError),
        (_kernels.matrix, ([[[1.0, 2.0]]], TABLE, CODES), ValueError),
        (_kernels.matrix, ([2], TABLE, CODES), IndexError),
        (_kernels.matrix, ([-1], TABLE, CODES), IndexError),
        (_kernels.matrix, ([10**30], TABLE, CODES), IndexError),
        (_kernels.matrix, ([0], TABLE, CODES - 1), IndexError),
        (_kernels.matrix, ([0], TABLE[0], CODES), ValueError),
        (_kernels.matrix, ((0,), TABLE, CODES), TypeError),
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


@given(seed=SEEDS, events=st.integers(0, 60))
def test_what_a_visit_has_counts_once(seed: int, events: int) -> None:
    random = np.random.default_rng(seed)
    visit = np.sort(random.integers(0, 9, events))
    row = (visit // 3).astype(np.int32)
    product = random.integers(-1, 7, events).astype(np.int32)  # of six, the last being newer than the terms
    size = random.integers(0, 4, 6)
    offsets = np.append(0, np.cumsum(size))
    term = np.concatenate([random.permutation(5)[:n] for n in size]).astype(np.int32)
    weight = random.uniform(0.1, 1.0, len(term))
    found = _kernels.once(row, visit, product, offsets, term, weight, 3, 5)
    last: dict[tuple[int, int], float] = {}
    for v, p in zip(visit.tolist(), product.tolist(), strict=True):
        span = range(offsets[p], offsets[p + 1]) if 0 <= p < 6 else ()
        last |= {(v, int(term[e])): float(weight[e]) for e in span}
    expected = np.zeros((3, 5))
    for (v, t), value in sorted(last.items()):
        expected[v // 3, t] += value
    assert np.array_equal(found, expected)


@pytest.mark.parametrize(("row", "term"), [(3, 0), (-1, 0), (0, 5), (0, -1)])
def test_what_lies_beyond_a_table_of_terms_is_refused(row: int, term: int) -> None:
    one = np.array([row], np.int32), np.zeros(1, np.int64), np.zeros(1, np.int32)
    with pytest.raises(IndexError):
        _kernels.once(*one, np.array([0, 1]), np.array([term], np.int32), np.ones(1), 3, 5)
