"""Occasions: events by (customer, thing)."""

import numpy as np
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal

from features.arrays import DAY
from features.groups import Occasions, wanted
from features.history import History
from features.kinds import Kind
from features.market import pair_occasions
from tests.features.hand import PRODUCTS, Event, history
from tests.features.test_history import CUSTOMERS


def grouped(of: History, *, merge: bool = True) -> Occasions:
    return Occasions.of(of, wanted(*Kind), None, things=len(PRODUCTS), merge=merge)


def test_the_lines_of_one_order_are_one_occasion() -> None:
    of = history([Event("a", 1, 2), Event("a", 1, 3), Event("a", 5), Event("b", 5)], [Event("a", 9)])
    groups = grouped(of)
    assert groups.keys.tolist() == [0, 1, len(PRODUCTS)]
    assert groups.count.tolist() == [2, 1, 1]
    assert groups.total.tolist() == [6, 1, 1]
    assert groups.last_weight.tolist() == [1, 1, 1]
    assert (groups.first // DAY).tolist() == [1, 5, 9]
    assert (groups.last // DAY).tolist() == [5, 5, 9]
    assert grouped(of, merge=False).count.tolist() == [3, 1, 1]


def test_orders_are_counted_for_each_customer() -> None:
    groups = grouped(history([Event("b", 0), Event("a", 1), Event("a", 2)], [Event("a", 9)]))
    assert (groups.last_order - groups.first_order).tolist() == [1, 0, 0]


def test_gaps_between_occasions() -> None:
    groups = grouped(history([Event("a", day) for day in (0, 10, 30)], [Event("a", 4), Event("a", 8)], [Event("a", 4)]))
    assert_array_equal(groups.gap, [15.0, 4.0, np.nan])
    assert_array_equal(groups.gap_deviation, [5.0, np.nan, np.nan])


def test_decayed_counts() -> None:
    groups = grouped(history([Event("a", 0), Event("a", 10)]))
    assert groups.decayed(20 * DAY, 10.0).tolist() == [0.75]
    assert groups.within(0, 10 * DAY).tolist() == [1.0]
    assert groups.within(0, 10 * DAY + 1).tolist() == [2.0]


def test_decayed_by_the_orders_since() -> None:
    of = history([Event("a", 0), Event("b", 1), Event("a", 2), Event("b", 3)])
    latest = np.array([of.order_number.max()] * 2)
    assert grouped(of).decayed_by_order(latest, 0.5).tolist() == [0.5 + 0.125, 1.0 + 0.25]


def test_a_group_that_is_not_there() -> None:
    groups = grouped(history([Event("a", 1)], []))
    row, product = np.array([0, 0, 1, 0], np.int32), np.array([0, 1, 0, -1], np.int32)
    assert groups.find(row, product, None).tolist() == [0, -1, -1, -1]
    assert grouped(history([], [])).find(row, product, None).tolist() == [-1] * 4


def test_things_are_codes_of_products_or_one_for_all() -> None:
    of = history([Event("a", 1), Event("b", 2), Event("c", 3)], [Event("c", 1)])
    code = np.array([1, -1, 1, 0, 0, 0], np.int32)
    row, product = np.array([0, 0, 0, 1, 1], np.int32), np.array([0, 1, 3, 2, 0], np.int32)
    by_code = Occasions.of(of, wanted(*Kind), code, things=2, merge=True)
    assert by_code.keys.tolist() == [1, 3]
    assert by_code.count.tolist() == [2, 1]
    assert by_code.find(row, product, code).tolist() == [0, -1, -1, 1, 1]
    together = Occasions.of(of, wanted(*Kind), 0, things=1, merge=True)
    assert together.count.tolist() == [3, 1]
    assert together.find(row, product, 0).tolist() == [0, 0, 0, 1, 1]


@given(CUSTOMERS)
def test_kinds_that_are_not_wanted_are_as_if_they_were_not_there(customers: list[list[Event]]) -> None:
    of = history(*customers)
    some = Occasions.of(of, wanted(Kind.PURCHASE), None, things=len(PRODUCTS), merge=True)
    alone = grouped(of.purchases)
    for name in ("keys", "start", "group", "time", "weight", "order"):
        assert getattr(some, name).tolist() == getattr(alone, name).tolist()


def test_events_without_a_thing_are_left_out() -> None:
    assert grouped(history([Event("", 1), Event("c", 1)], [Event("", 1)])).keys.tolist() == [2]


@given(CUSTOMERS)
def test_groups_are_what_a_loop_would_find(customers: list[list[Event]]) -> None:
    groups = pair_occasions(history(*customers).purchases, len(PRODUCTS))
    of = history(*customers).purchases
    expected: dict[int, set[int]] = {}
    for row, product, order in zip(of.row.tolist(), of.product.tolist(), of.order_number.tolist(), strict=True):
        expected.setdefault(row * len(PRODUCTS) + product, set()).add(order)
    assert groups.keys.tolist() == sorted(expected)
    assert groups.count.tolist() == [len(expected[key]) for key in sorted(expected)]
    assert groups.total.sum() == of.quantity.sum()


@given(CUSTOMERS)
def test_nobody_changes_the_sums_of_another(customers: list[list[Event]]) -> None:
    of = history(*customers)
    together = grouped(of).decayed(7 * DAY, 3.0)
    alone = [grouped(of.take(np.array([row]))).decayed(7 * DAY, 3.0) for row in range(len(of))]
    assert np.concatenate(alone).tobytes() == together.tobytes()
    assert_allclose(together.sum(), np.exp2((grouped(of).time / DAY - 7) / 3).sum())
