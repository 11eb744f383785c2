"""What feature functions see."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from features.arrays import DAY
from features.context import Context
from features.kinds import Kind
from features.pairs import Pairs
from features.view import View
from tests.features.hand import Event, T, catalogue, history, market, product, seconds

OF = history(
    [
        Event("a", 380, 2, price=1.0),
        Event("a", 390, 5, price=4.0),
        Event("b", 390, price=2.0),
        Event("", 395, kind=Kind.SEARCH),
        Event("c", 399, kind=Kind.VIEW),
    ],
    [],
)


def view(*pairs: tuple[int, str]) -> View:
    row, products = (np.array(part, np.int32) for part in zip(*((r, product(p)) for r, p in pairs), strict=True))
    return View(OF, catalogue(categories=["Home", "Home"]), market(OF), Pairs.of(row, products), seconds(T))


def test_entries_of_products_and_customers_are_taken_to_pairs() -> None:
    seen = view((0, "b"), (0, "a"), (1, "b"))
    assert seen.by_product(np.arange(10, 16)).tolist() == [11, 10, 11]
    assert seen.by_customer(np.array([7, 8])).tolist() == [7, 7, 8]


def test_groups_are_joined_to_pairs() -> None:
    repeats = view((0, "a"), (0, "c"), (1, "a")).repeats
    assert repeats.count.tolist() == [2, 0, 0]
    assert_array_equal(repeats.of(repeats.groups.total), [7, np.nan, np.nan])
    assert repeats.of(repeats.groups.total, -1).tolist() == [7, -1, -1]
    assert_array_equal(repeats.days_since(repeats.groups.last, 400 * DAY), [10, np.nan, np.nan])


def test_each_level_has_groups_of_its_own() -> None:
    seen = view((0, "a"), (0, "f"))
    assert seen.orders.count.tolist() == [2, 2]
    assert seen.categories.count.tolist() == [2, 0]
    assert seen.categories.groups.count.tolist() == [2]  # a and b of one order are one occasion of their category
    assert seen.searches.count.tolist() == [1, 1]
    assert seen.views.groups.keys.tolist() == [product("c")]


def test_prices_paid() -> None:
    mean, deviation = view((0, "a")).log_price
    paid = np.log([1.0, 4.0, 2.0])
    assert_allclose(mean, [paid.mean(), np.nan])
    assert_allclose(deviation, [paid.std(), np.nan])


def test_nothing_is_in_hand_unless_said() -> None:
    context = view((0, "a")).context
    assert (len(context), context.time, len(context.basket)) == (2, seconds(T), 0)
    given = Context.at(5, 2)
    pairs = Pairs.of(np.zeros(1, np.int32), np.zeros(1, np.int32))
    assert View(OF, catalogue(), market(OF), pairs, 5, context=given).context is given
