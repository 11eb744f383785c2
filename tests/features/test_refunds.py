"""Refunds take back the line of the same order, else the latest earlier purchases."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.eventlog import EventLog, EventRows
from features.kinds import Kind

DAY = 86_400


def log_of(events: list[tuple[str, str, int, Kind, float, int]]) -> EventLog:
    """Events as (customer, product, time, kind, quantity, order)."""
    customers = sorted({e[0] for e in events})
    products = sorted({e[1] for e in events})
    return EventLog.build(
        EventRows(
            customers,
            products,
            np.array([customers.index(e[0]) for e in events], np.int32),
            np.array([products.index(e[1]) for e in events], np.int32),
            np.array([e[2] for e in events], np.int64),
            np.array([e[3] for e in events], np.uint8),
            np.array([e[4] for e in events], np.float32),
            np.full(len(events), 2.5, np.float32),
            np.array([e[5] for e in events], np.int32),
        )
    )


def test_a_refund_takes_the_latest_purchase_first() -> None:
    log = log_of(
        [
            ("ann", "mug", 1 * DAY, Kind.PURCHASE, 2, -1),
            ("ann", "mug", 2 * DAY, Kind.PURCHASE, 3, -1),
            ("ann", "mug", 3 * DAY, Kind.REFUND, 4, -1),
        ]
    )
    assert log.as_of(3 * DAY).quantity.tolist() == [2, 3]
    assert log.as_of(4 * DAY).quantity.tolist() == [1]
    assert log.as_of(4 * DAY).time.tolist() == [DAY]
    assert log.refunds.unmatched == 0


def test_a_refund_with_an_order_takes_that_orders_line() -> None:
    log = log_of(
        [
            ("ann", "mug", 1 * DAY, Kind.PURCHASE, 1, 7),
            ("ann", "mug", 2 * DAY, Kind.PURCHASE, 1, 8),
            ("ann", "mug", 3 * DAY, Kind.REFUND, 1, 7),
        ]
    )
    assert log.as_of(4 * DAY).time.tolist() == [2 * DAY]


def test_what_no_purchase_can_bear_is_counted() -> None:
    log = log_of(
        [
            ("ann", "mug", 1 * DAY, Kind.REFUND, 1, -1),
            ("ann", "mug", 2 * DAY, Kind.PURCHASE, 1, -1),
            ("bob", "mug", 1 * DAY, Kind.PURCHASE, 1, -1),
            ("bob", "mug", 2 * DAY, Kind.REFUND, 5, -1),
        ]
    )
    assert log.refunds.unmatched == 2
    assert log.as_of(3 * DAY).quantity.tolist() == [1]


def test_a_window_nets_only_refunds_of_purchases_inside_it() -> None:
    log = log_of(
        [
            ("ann", "mug", 1 * DAY, Kind.PURCHASE, 1, -1),
            ("ann", "pot", 2 * DAY, Kind.PURCHASE, 1, -1),
            ("ann", "mug", 3 * DAY, Kind.REFUND, 1, -1),
            ("ann", "pot", 3 * DAY, Kind.REFUND, 1, -1),
            ("ann", "pot", 4 * DAY, Kind.PURCHASE, 1, -1),
        ]
    )
    assert log.window(2 * DAY, 5 * DAY).time.tolist() == [4 * DAY]
    assert log.window(1 * DAY, 3 * DAY).time.tolist() == [1 * DAY, 2 * DAY]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["mug", "pot"]),
        st.integers(1, 12),
        st.sampled_from([Kind.PURCHASE, Kind.PURCHASE, Kind.REFUND, Kind.VIEW]),
        st.integers(1, 4),
        st.integers(-1, 3),
    ),
    min_size=1,
    max_size=40,
)


@given(EVENTS)
def test_the_vectorised_match_is_the_plain_rule(events: list[tuple[str, str, int, Kind, float, int]]) -> None:
    log = log_of(events)
    left = log.quantity.tolist()
    customer = np.repeat(np.arange(len(log.customers)), np.diff(log.offsets))
    parts, unmatched = [], 0
    for at in np.flatnonzero(log.kind == Kind.REFUND).tolist():
        same = (customer == customer[at]) & (log.product == log.product[at]) & (log.kind == Kind.PURCHASE)
        lines = [i for i in np.flatnonzero(same).tolist() if i < at]
        lines.sort(key=lambda i: (log.order[at] >= 0 and log.order[i] == log.order[at], i), reverse=True)
        wanted = float(log.quantity[at])
        for line in lines:
            taken = min(wanted, left[line])
            if taken > 0:
                left[line] -= taken
                wanted -= taken
                parts.append((int(log.time[at]), line, taken))
        unmatched += wanted > 0
    found = zip(log.refunds.time.tolist(), log.refunds.line.tolist(), log.refunds.quantity.tolist(), strict=True)
    assert list(found) == parts
    assert log.refunds.unmatched == unmatched


@given(EVENTS, EVENTS, st.integers(1, 12))
def test_what_comes_later_changes_nothing_before(
    events: list[tuple[str, str, int, Kind, float, int]],
    others: list[tuple[str, str, int, Kind, float, int]],
    moment: int,
) -> None:
    past = [e for e in events if e[2] < moment]
    if past:
        one, other = log_of(events), log_of(past + [e for e in others if e[2] >= moment])
        seen = one.customers_at(moment), one.products_at(moment)
        assert seen == (other.customers_at(moment), other.products_at(moment))
        assert one.customers.ids()[: seen[0]] == other.customers.ids()[: seen[0]]
        assert one.products.ids()[: seen[1]] == other.products.ids()[: seen[1]]
        for name in ("offsets", "product", "time", "kind", "quantity", "price", "order"):
            before, after = getattr(one.as_of(moment), name), getattr(other.as_of(moment), name)
            assert np.array_equal(before, after), name
