"""Distinct products by customer, their revenue, and look-ups in them."""

import numpy as np

from features.arrays import DAY
from tests.training.evaluation.small import Line, log_of, purchases_of
from training.evaluation.purchases import Purchases


def test_lines_of_one_product_are_one_with_their_revenue_together() -> None:
    log = log_of(Line("a", "x", 1, 2, 3.0), Line("a", "x", 2, 1, 4.0), Line("a", "y", 2), Line("b", "y", 3))
    bought = Purchases.of(log.as_of(9 * DAY).purchases)
    assert bought.offsets.tolist() == [0, 2, 3]
    assert bought.product.tolist() == [0, 1, 1]
    assert bought.revenue.tolist() == [10.0, 1.0, 1.0]


def test_unknown_prices_count_nothing() -> None:
    log = log_of(Line("a", "x", 1, 2, float("nan")))
    assert Purchases.of(log.as_of(9 * DAY).purchases).revenue.tolist() == [0.0]


def test_find_gives_the_place_among_the_bought_ones() -> None:
    bought = purchases_of([2, 5], [], [5])
    rows, products = np.array([[0, 0], [1, 1], [2, 2]]), np.array([[5, 9], [5, -1], [5, 2]])
    assert bought.find(rows, products).tolist() == [[1, -1], [-1, -1], [2, -1]]


def test_only_keeps_every_row() -> None:
    bought = purchases_of([2, 5], [7], [5]).only(np.array([False, True, False, True]))
    assert bought.count.tolist() == [1, 0, 1]
    assert bought.product.tolist() == [5, 5]


def test_take_reorders_rows() -> None:
    bought = purchases_of([2, 5], [7], [3]).take(np.array([2, 0]))
    assert bought.offsets.tolist() == [0, 1, 3]
    assert bought.product.tolist() == [3, 2, 5]
