"""How much and how widely customers buy."""

import pytest
from numpy.testing import assert_allclose

from tests.features.families.worked import Examples, without_example
from tests.features.hand import NAN, Event, history, values

# Customer 0: a and b on day 300, a and c on day 390. Customer 1: nothing.
SHOP = history(
    [
        Event("a", 300, 2, price=1.0),
        Event("b", 300, 3, price=4.0),
        Event("a", 390, 5, price=1.0),
        Event("c", 390, 6, price=4.0),
    ],
    [],
)
PAIRS = [(0, "a"), (0, "f"), (1, "a")]
EXAMPLES: Examples = {
    "customer_orders": [2, 2, 0],
    "customer_recency": [10, 10, NAN],
    "customer_tenure": [100, 100, NAN],
    "customer_orders_90": [1, 1, 0],
    "customer_products": [3, 3, 0],
    "customer_lines": [2, 2, NAN],
    "customer_repeat_share": [1 / 4, 1 / 4, NAN],
    "customer_rebought": [1 / 2, 1 / 2, NAN],
    "customer_new_share": [1 / 2, 1 / 2, NAN],
    "customer_price": [2, 2, NAN],
    "customer_units": [8, 8, NAN],
}
YEAR: Examples = {"customer_last_year": [2, 0]}  # the 28 days from day 36


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_by_hand(name: str) -> None:
    assert_allclose(values(name, SHOP, PAIRS), EXAMPLES[name], rtol=1e-6)


def test_the_same_weeks_last_year() -> None:
    of = history([Event("a", day) for day in (35.9, 36, 63.9, 64)], [])
    assert values("customer_last_year", of, [(0, "b"), (1, "b")]) == YEAR["customer_last_year"]


def test_every_feature_has_an_example() -> None:
    assert without_example("customer", EXAMPLES, YEAR) == set()
