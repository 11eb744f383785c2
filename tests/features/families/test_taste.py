"""The customer's orders by category, department, brand and price."""

import pytest
from numpy.testing import assert_allclose

from tests.features.families.worked import Examples, without_example
from tests.features.hand import NAN, Event, catalogue, history, values

CATALOGUE = catalogue(
    categories=["Home > Mugs", "Home > Mugs", "Home > Pots", "Garden", "", ""], brands=["x", "y", "x", "z"]
)
# Customer 0 ordered a and b on day 360, b on day 390 and c on day 400; everybody pays 8 for d.
SHOP = history(
    [
        Event("a", 360, price=2.0),
        Event("b", 360, price=2.0),
        Event("b", 390, price=8.0),
        Event("c", 400, price=8.0),
    ],
    [Event("d", 398, price=8.0), Event("e", 399)],
    [],
)
PAIRS = [(0, "a"), (0, "d"), (0, "e"), (1, "d"), (2, "d")]
EXAMPLES: Examples = {
    "category_orders": [2, 0, 0, 1, 0],
    "category_decayed": [2**-1 + 2**-0.25, 0, 0, 2 ** (-2 / 40), 0],
    "category_recency": [10, NAN, NAN, 2, NAN],
    "category_gap_ratio": [10 / 30, NAN, NAN, NAN, NAN],
    "category_share": [2 / 3, 0, 0, 1 / 2, NAN],
    "department_decayed": [2**-1 + 2**-0.25 + 1, 0, 0, 2 ** (-2 / 40), 0],
    "department_share": [1, 0, 0, 1 / 2, NAN],
    "brand_decayed": [2**-1 + 1, 0, 0, 2 ** (-2 / 40), 0],
    "brand_share": [2 / 3, 0, 0, 1 / 2, NAN],
    "brand_recency": [0, NAN, NAN, 2, NAN],
    # The prices 2, 2, 8, 8 have a log mean of log 4 and a standard deviation of log 2; a is known at 2.
    "price_against_usual": [-0.6931472, 0.6931472, NAN, 0, NAN],
    "price_spread": [0.6931472, 0.6931472, 0.6931472, 0, NAN],
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_by_hand(name: str) -> None:
    assert_allclose(values(name, SHOP, PAIRS, shop=CATALOGUE), EXAMPLES[name], rtol=1e-6)


@pytest.mark.parametrize("name", ["category_orders", "department_share", "brand_decayed"])
def test_products_of_no_category_share_nothing(name: str) -> None:
    assert values(name, history([Event("e", 399)]), [(0, "f")], shop=CATALOGUE) == [0]


def test_every_feature_has_an_example() -> None:
    assert without_example("taste", EXAMPLES) == set()
