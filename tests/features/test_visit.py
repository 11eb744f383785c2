"""Visits: where they begin, and what they say of candidates."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.arrays import DAY
from features.context import Context
from features.history import History
from features.kinds import Kind
from features.pairs import Pairs
from features.visit import IDLE, NAMES, Visits, visit_matrix, visit_number
from tests.features.hand import PRODUCTS, Event, T, catalogue, history, in_hand, market, product

NOW = T * DAY


def ago(seconds: int, letter: str = "a", kind: Kind = Kind.VIEW) -> Event:
    return Event(letter, T - seconds / DAY, kind=kind)


def visited(*events: Event, context: Context | None = None) -> Visits:
    return Visits.of(history(events), context or Context.at(NOW, 1))


def letters(visits: Visits) -> str:
    return "".join(PRODUCTS[one] for one in visits.product.tolist())


@given(st.lists(st.lists(st.integers(0, 4 * IDLE), max_size=8), min_size=1, max_size=4))
def test_a_visit_goes_back_to_the_first_longer_break(times: list[list[int]]) -> None:
    found = Visits.of(history(*([ago(seconds) for seconds in row] for row in times)), Context.at(NOW, len(times)))
    for row, seconds in enumerate(times):
        kept, last = 0, 0
        for one in sorted(seconds):
            if one - last > IDLE:
                break
            kept, last = kept + 1, one
        assert found.offsets[row + 1] - found.offsets[row] == kept


@given(st.lists(st.lists(st.integers(0, 4 * IDLE), max_size=8), min_size=1, max_size=4))
def test_visits_of_the_past_are_numbered(times: list[list[int]]) -> None:
    numbers, expected = visit_number(history(*([ago(seconds) for seconds in row] for row in times))).tolist(), []
    number = -1
    for row in times:
        for place, one in enumerate(ordered := sorted(row, reverse=True)):
            number += place == 0 or ordered[place - 1] - one > IDLE
            expected.append(number)
    assert numbers == expected


def test_searching_keeps_a_visit_alive() -> None:
    assert letters(visited(ago(IDLE + 60, "b"), Event("", T - 60 / DAY, kind=Kind.SEARCH))) == "b"
    assert letters(visited(ago(IDLE + 60, "b"))) == ""


def test_what_is_in_hand_belongs_to_the_visit_and_counts_once() -> None:
    looked = (ago(60, "a"), ago(30, "b", Kind.ADD_TO_CART))
    assert letters(visited(*looked, context=in_hand([("bc", "d")]))) == "abcd"
    assert letters(visited(*looked, context=in_hand([("", "b")]))) == "ab"
    assert letters(visited(context=in_hand([("c", "")]))) == "c"


def test_each_figure_worked_by_hand() -> None:
    shop = catalogue(categories=["X", "X", "Y", "Y", "Y", "Z"])
    past = history(
        [Event(letter, 300, price=price) for letter, price in zip("abcdef", (1, 2, 4, 4, 4, 4), strict=True)]
    )
    visit = (
        ago(600, "a"),
        ago(300, "b"),
        ago(240, "a"),
        ago(60, "c", Kind.ADD_TO_CART),
        ago(50, "c", Kind.REMOVE_FROM_CART),
    )
    pairs = Pairs.of(np.zeros(3, np.int32), np.array([product(letter) for letter in "acf"], np.int32))
    found = visit_matrix(visited(*visit), shop, market(past, shop), pairs, np.array([0.5, 1.5, 2.5]))
    column = {name: found[:, place].tolist() for place, name in enumerate(NAMES)}
    assert column["looks"] == [2, 0, 0]
    assert np.isclose(column["minutes_since_look"][0], 4)
    assert np.isnan(column["minutes_since_look"][1])
    assert column["taken_out"] == [0, 1, 0]
    assert np.allclose(column["category_share"], [0.6, 0.4, 0])
    assert column["last_category"] == [0, 1, 0]
    mean = np.log([1, 2, 1, 4, 4]).mean()
    assert np.allclose(column["price_ratio"], np.log([1, 4, 4]) - mean)
    assert column["touched"] == [3, 3, 3]
    assert np.allclose(column["minutes"], 10)
    assert column["base"] == [0.5, 1.5, 2.5]
    assert np.isnan(column["seen_score"]).all()


def test_one_customer_alone_is_as_in_a_batch() -> None:
    shop, past = catalogue(categories=["X", "X", "Y", "Y", "Y", "Z"]), history([Event("a", 300, price=1)])
    rows = [[ago(60, "a"), ago(30, "b")], [], [ago(90, "c", Kind.ADD_TO_CART)]]
    every = np.repeat(np.arange(3, dtype=np.int32), 6), np.tile(np.arange(6, dtype=np.int32), 3)
    whole = visit_matrix(
        Visits.of(history(*rows), Context.at(NOW, 3)), shop, market(past, shop), Pairs.of(*every), np.zeros(18)
    )
    assert np.isnan(whole[6:12, :8]).all()
    for row in (0, 2):
        pairs = Pairs.of(np.zeros(6, np.int32), np.arange(6, dtype=np.int32))
        alone = visit_matrix(visited(*rows[row]), shop, market(past, shop), pairs, np.zeros(6))
        assert np.array_equal(alone, whole[row * 6 : row * 6 + 6], equal_nan=True)


def test_nobody_is_in_a_visit() -> None:
    assert not len(Visits.of(History.empty(3), Context.at(NOW, 3)).under_way)
