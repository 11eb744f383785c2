"""Statistics of products as of a moment, worked by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from features.arrays import NO_TIME
from features.kinds import Kind
from features.market import Market
from tests.features.hand import PRODUCTS, Event, T, catalogue, history, market, seconds


def of(name: str, measured: Market) -> list[float]:
    """The statistic of the first three products."""
    return [float(value) for value in getattr(measured, name)[:3]]


def test_sales_in_windows() -> None:
    days = [1, 2, 6.9, 7, 7.1, 14, 28, 29, 90, 365, 366]
    measured = market(history([Event("a", T - day) for day in days], [Event("b", T - 3)]))
    counts = {name: of(name, measured) for name in ("sold", "sold_3", "sold_7", "sold_14", "sold_28", "sold_90")}
    assert counts == {
        "sold": [11, 1, 0],
        "sold_3": [2, 1, 0],
        "sold_7": [4, 1, 0],
        "sold_14": [6, 1, 0],
        "sold_28": [7, 1, 0],
        "sold_90": [9, 1, 0],
    }
    assert of("sold_365", measured) == [10, 1, 0]
    assert (measured.time, measured.horizon, len(measured)) == (seconds(T), 28, len(PRODUCTS))


def test_decay_halves_in_two_weeks() -> None:
    assert of("decayed", market(history([Event("a", T - 14), Event("a", T - 28), Event("b", T)]))) == [0.75, 1, 0]


def test_the_same_weeks_a_year_ago() -> None:
    measured = market(history([Event("a", T - 364 + day) for day in (-29, -28, -1, 0, 6, 7)]), horizon=7)
    assert of("last_year_ahead", measured)[0] == 2
    assert of("last_year_before", measured)[0] == 2


def test_buyers_and_those_who_come_again() -> None:
    twice_in_one_order = [Event("a", T - 40), Event("a", T - 40)]
    measured = market(history(twice_in_one_order, [Event("a", T - 60), Event("a", T - 2)], [Event("b", T - 1)]))
    assert of("buyers", measured) == [2, 1, 0]
    assert of("buyers_28", measured) == [1, 1, 0]
    assert of("rebuyers", measured) == [1, 0, 0]


def test_median_gap_between_purchases() -> None:
    regular = [Event("a", T - day) for day in (30, 20, 10)]
    rare = [Event("a", T - day) for day in (200, 100)]
    assert_array_equal(of("gap", market(history(regular, rare, [Event("b", 1)]))), [10.0, np.nan, np.nan])


def test_first_and_last_sale() -> None:
    measured = market(history([Event("a", 3)], [Event("a", 9), Event("b", 5)]))
    assert of("first", measured) == [seconds(3), seconds(5), NO_TIME]
    assert of("last", measured) == [seconds(9), seconds(5), NO_TIME]


def test_prices_are_medians_of_what_was_paid() -> None:
    lines = [Event("a", T - 50, price=p) for p in (4, 1, 3)] + [Event("a", T - 9, price=p) for p in (9.0, 2.0)]
    measured = market(history(lines, [Event("b", T - 50, price=6), Event("b", T - 1), Event("c", T - 1)]))
    assert_array_equal(of("price", measured), [3.0, 6.0, np.nan])
    assert_array_equal(of("price_28", measured), [2.0, 6.0, np.nan])


def test_units_a_line() -> None:
    measured = market(history([Event("a", 1, 2), Event("a", 2, 5)]))
    assert_array_equal(of("quantity", measured), [3.5, np.nan, np.nan])


def test_views_and_carts_are_no_sales() -> None:
    kinds = [Kind.VIEW, Kind.CLICK, Kind.ADD_TO_CART, Kind.WISHLIST]
    measured = market(history([Event("a", T - day, kind=kind) for kind in kinds for day in (3, 20, 40)]))
    assert of("viewed_7", measured)[0] == 2
    assert of("viewed_28", measured)[0] == 4
    assert of("carted_28", measured)[0] == 2
    assert of("sold", measured)[0] == of("buyers", measured)[0] == 0


def test_sales_of_the_category() -> None:
    shop = catalogue(categories=["Home", "Home", "", "Garden"])
    measured = market(history([Event(p, T - 1) for p in "abbc"] + [Event("a", T - 40)]), shop)
    assert measured.category_28[:4].tolist() == [3, 3, 0, 0]


def test_uptake_among_the_customers_of_the_last_horizon() -> None:
    again, gone = [Event("a", T - 50), Event("a", T - 1)], [Event("a", T - 50)]
    first = [Event("b", T - 60), Event("a", T - 2)]
    measured = market(history(again, gone, first, [Event("b", T - 3)]))
    # Three customers bought of late. One knew a and bought it again; one knew b, and did not.
    assert_allclose(measured.rebought[0], (1 + 20 * 1 / 2) / (1 + 20), rtol=1e-6)
    assert_allclose(measured.rebought[1], (0 + 20 * 1 / 2) / (1 + 20), rtol=1e-6)
    # Of the two others each product was new to one; in all, two of the 16 that could be new were bought.
    assert_allclose(measured.discovered[:2], (1 + 20 * 2 / 16) / (2 + 20), rtol=1e-6)


@pytest.mark.parametrize("customers", [0, 2])
def test_a_shop_without_sales(customers: int) -> None:
    measured = market(history(*[[] for _ in range(customers)]))
    assert of("sold", measured) == of("rebought", measured) == of("discovered", measured) == [0, 0, 0]
    assert np.isnan(measured.price).all()
    assert (measured.last == NO_TIME).all()


def test_a_shop_without_products() -> None:
    assert len(Market.measure(history([]), catalogue().first(0), time=0, horizon=7)) == 0
