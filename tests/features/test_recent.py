"""What happened since, joined with what was known: the same history as one that knew it all along."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.arrays import NO_TIME
from features.eventlog import EventLog, EventRows
from features.history import History
from features.kinds import Kind
from features.recent import Deed, joined
from features.vocabulary import Vocabulary

IDS = ["tea", "cup", "pot"]
KINDS = [Kind.VIEW, Kind.ADD_TO_CART, Kind.PURCHASE, Kind.REFUND]

Row = tuple[int, int, Kind, int, int]  # customer, product, kind, units, order
row = st.tuples(
    st.integers(0, 2), st.integers(0, 2), st.sampled_from(KINDS), st.integers(1, 3), st.sampled_from([-1, 0, 1, 2])
)


def log_of(rows: list[Row]) -> EventLog:
    """One event each ten seconds."""
    columns = list(zip(*rows, strict=True))
    count = len(rows)
    return EventLog.build(
        EventRows(
            ["ada", "bob", "eve"],
            IDS,
            np.array(columns[0], np.int32),
            np.array(columns[1], np.int32),
            np.arange(1, count + 1, dtype=np.int64) * 10,
            np.array([int(kind) for kind in columns[2]], np.uint8),
            np.array(columns[3], np.float32),
            np.full(count, 2.5, np.float32),
            np.array(columns[4], np.int32),
        )
    )


def told(rows: list[Row], start: int, log: EventLog) -> list[list[Deed]]:
    """The rows from a moment on, by the log's number of the customer."""
    deeds: list[list[Deed]] = [[] for _ in range(len(log.customers))]
    for number, (customer, product, kind, units, order) in enumerate(rows, 1):
        if number * 10 >= start:
            index = log.customers.index(["ada", "bob", "eve"][customer])
            # An order that began before is not known by its number any more: its lines are of one order by their time.
            own = None if order < 0 else str(order)
            deeds[index].append(Deed(IDS[product], kind, number * 10, units, 2.5, own))
    return deeds


@given(st.lists(row, min_size=1, max_size=14), st.integers(0, 140))
def test_it_is_as_if_it_had_been_known(rows: list[Row], start: int) -> None:
    rows = [
        (*event[:4], event[4] + 3 if number * 10 >= start and event[4] >= 0 else event[4])
        for number, event in enumerate(rows, 1)
    ]
    log = log_of(rows)
    known = log.window(NO_TIME, start)
    wanted = log.window(NO_TIME, log.end)
    found = joined(known, told(rows, start, log), log.products)
    assert found.offsets.tolist() == wanted.offsets.tolist()
    for field in fields(History):
        if field.name != "order":
            assert getattr(found, field.name).tolist() == getattr(wanted, field.name).tolist(), field.name
    assert found.order_number.tolist() == wanted.order_number.tolist()


def test_products_that_nobody_knows_are_passed_over_and_searches_are_not() -> None:
    deeds = [[Deed("ghost", Kind.VIEW, 5), Deed(None, Kind.SEARCH, 6)]]
    found = joined(History.empty(1), deeds, Vocabulary.of(IDS))
    assert found.kind.tolist() == [Kind.SEARCH]
    assert found.product.tolist() == [-1]


def test_nothing_new_changes_nothing() -> None:
    history = log_of([(0, 0, Kind.PURCHASE, 1, -1)]).as_of(100)
    assert joined(history, [()], Vocabulary.of(IDS)) is history


@pytest.mark.parametrize("price", [None, 3.0])
def test_a_price_may_be_unknown(price: float | None) -> None:
    found = joined(History.empty(1), [[Deed("tea", Kind.PURCHASE, 5, price=price)]], Vocabulary.of(IDS))
    assert np.isnan(found.price[0]) == (price is None)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 5), st.sampled_from(KINDS[:3]), st.booleans()), max_size=9))
def test_deeds_may_come_between_what_is_known(events: list[tuple[int, int, Kind, bool]]) -> None:
    """Those of one second in the order of their kinds, what was known first."""
    products = Vocabulary.of(IDS)
    ordered = sorted(enumerate(events), key=lambda one: (one[1][:3], one[1][3], one[0]))
    known = [event for _, event in ordered if not event[3]]
    rows = np.array([row for row, *_ in known], np.int64)
    history = History(
        np.searchsorted(rows, np.arange(3)),
        np.zeros(len(known), np.int32),
        np.array([time for _, time, _, _ in known], np.int64),
        np.array([kind for _, _, kind, _ in known], np.uint8),
        np.ones(len(known), np.float32),
        np.ones(len(known), np.float32),
        np.full(len(known), -1, np.int32),
    )
    deeds = [[Deed("cup", kind, time) for row, time, kind, new in events if new and row == of] for of in (0, 1)]
    whole = joined(history, deeds, products)
    found = zip(whole.row.tolist(), whole.time.tolist(), whole.kind.tolist(), whole.product.tolist(), strict=True)
    assert list(found) == [
        (row, time, kind, products.index("cup") if new else 0) for _, (row, time, kind, new) in ordered
    ]
