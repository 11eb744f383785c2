"""Histories: one customer is a history of one row."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.arrays import DAY
from features.history import History
from features.kinds import Kind
from tests.features.hand import Event, history

EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from("abc"),
        st.integers(0, 5).map(float),
        order=st.integers(-1, 2),
        kind=st.sampled_from([Kind.PURCHASE, Kind.VIEW, Kind.WISHLIST]),
    ),
    max_size=6,
)
CUSTOMERS = st.lists(EVENTS, min_size=1, max_size=5)


def rows(of: History) -> list[list[tuple[int, int, int]]]:
    """What each customer did."""
    events = list(zip(of.product.tolist(), of.time.tolist(), of.kind.tolist(), strict=True))
    return [events[a:b] for a, b in zip(of.offsets[:-1], of.offsets[1:], strict=True)]


def test_a_customer_is_a_slice() -> None:
    of = history([Event("b", 2), Event("a", 1)], [], [Event("c", 1)])
    assert len(of) == 3
    assert of.row.tolist() == [0, 0, 2]
    assert rows(of) == [[(0, DAY, Kind.PURCHASE), (1, 2 * DAY, Kind.PURCHASE)], [], [(2, DAY, Kind.PURCHASE)]]


def test_nobody_known() -> None:
    assert rows(History.empty(2)) == [[], []]
    assert rows(History.empty(0)) == []
    assert rows(history([Event("a", 1)]).take(np.array([-1, 0, -1]))) == [[], [(0, DAY, Kind.PURCHASE)], []]


@given(CUSTOMERS, st.data())
def test_taking_rows_is_taking_customers(customers: list[list[Event]], data: st.DataObject) -> None:
    of = history(*customers)
    chosen = data.draw(st.lists(st.integers(-1, len(customers) - 1), max_size=8))
    taken = of.take(np.array(chosen, np.int64))
    assert rows(taken) == [[] if i < 0 else rows(of)[i] for i in chosen]


@given(CUSTOMERS, st.integers(0, 6))
def test_before_a_moment(customers: list[list[Event]], day: int) -> None:
    kept = history(*[[event for event in events if event.day < day] for events in customers])
    assert rows(history(*customers).before(day * DAY)) == rows(kept)


def test_kinds() -> None:
    of = history([Event("a", 1, kind=Kind.VIEW), Event("b", 2), Event("c", 3, kind=Kind.CLICK)], [Event("a", 1)])
    assert [len(events) for events in rows(of.purchases)] == [1, 1]
    assert of.of_kinds(Kind.VIEW, Kind.CLICK).product.tolist() == [0, 2]
    assert of.purchases.purchases is of.purchases


@pytest.mark.parametrize("kind", [Kind.PURCHASE, Kind.VIEW])
def test_what_was_worked_out_goes_with_the_last_reference(kind: Kind) -> None:
    """A history is a part of a model's arrays: a circle of references would keep a replaced model's files open."""
    of = history([Event("a", 1), Event("b", 2, kind=kind)])
    assert len(of.repeats.keys) == len(of.purchases.order_number)
    alone = weakref.ref(of)
    gc.disable()
    try:
        del of
        assert alone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("events", "numbers"),
    [
        ([Event("a", 1), Event("b", 1), Event("a", 2)], [0, 0, 1]),
        ([Event("a", 1, order=7), Event("b", 2, order=7), Event("a", 3, order=8)], [0, 0, 1]),
        ([Event("a", 1, order=7), Event("b", 1, order=8)], [0, 1]),
        ([Event("a", 1, order=7), Event("b", 1)], [0, 0]),
        ([Event("a", 1, order=7), Event("b", 2)], [0, 1]),
        ([], []),
    ],
)
def test_lines_of_one_order_share_a_number_or_else_a_time(events: list[Event], numbers: list[int]) -> None:
    assert history(events).order_number.tolist() == numbers


def test_order_numbers_of_two_customers_differ() -> None:
    of = history([Event("a", 1, order=7)], [], [Event("a", 1, order=7), Event("b", 1, order=7)])
    assert of.order_number.tolist() == [0, 1, 1]
