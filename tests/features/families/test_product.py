"""How products sell."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from features.kinds import Kind
from features.registry import REGISTRY
from tests.features.families.worked import Examples, without_example
from tests.features.hand import NAN, Event, catalogue, history, market, values

CATALOGUE = catalogue(categories=["Home", "Home", "Garden"], unavailable="b")
# a sold on days 300, 340, 385, 395 and 399, twice to the same customer; b once, on day 399; c was only seen.
CROWD = history(
    [Event("a", 300, 2, price=4.0), Event("a", 340, 2, price=4.0)],
    [Event("a", 385, price=2.0), Event("a", 395, price=2.0), Event("a", 399, price=2.0), Event("b", 399)],
    [Event("c", 399, kind=Kind.VIEW), Event("c", 380, kind=Kind.CLICK), Event("c", 398, kind=Kind.ADD_TO_CART)],
)
NOBODY = history([])
PAIRS = [(0, "a"), (0, "b"), (0, "c")]
EXAMPLES: Examples = {
    "product_sold_3": [1, 1, 0],
    "product_sold_7": [2, 1, 0],
    "product_sold_14": [2, 1, 0],
    "product_sold_28": [3, 1, 0],
    "product_sold_90": [4, 1, 0],
    "product_sold_365": [5, 1, 0],
    "product_decayed": [sum(2 ** (-age / 14) for age in (100, 60, 15, 5, 1)), 2 ** (-1 / 14), 0],
    "product_trend": [(2 + 1) / (3 / 4 + 1), (1 + 1) / (1 / 4 + 1), 1],
    "product_trend_slow": [(3 + 1) / (4 * 28 / 90 + 1), (1 + 1) / (28 / 90 + 1), 1],
    "product_buyers": [2, 1, 0],
    "product_buyers_28_share": [1 / 3, 1, 0],
    "product_rebuyers": [3 / 22, 1 / 21, 1 / 20],
    "product_gap": [10, NAN, NAN],  # the lower median of 40, 10 and 4 days
    "product_price": [2, NAN, NAN],
    "product_price_drop": [1, NAN, NAN],  # the lower median of 4, 4, 2, 2 and 2
    "product_quantity": [7 / 5, 1, NAN],
    "product_age": [100, 1, NAN],
    "product_recency": [1, 1, NAN],
    "product_viewed_7": [0, 0, 1],
    "product_conversion": [3 / 10, 1 / 10, 0 / 12],
    "product_carted_28": [0, 0, 1],
    "product_category_share": [3 / 4, 1 / 4, 0],
}
# Sold in the 28 days from day 36, and in the 28 days before them.
YEAR: Examples = {"product_last_year": [2, 0], "product_season": [(2 + 1) / (1 + 1), 1]}
UPTAKE: Examples = {"product_rebought": [], "product_discovered": []}


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_by_hand(name: str) -> None:
    assert_allclose(values(name, NOBODY, PAIRS, shop=CATALOGUE, crowd=CROWD), EXAMPLES[name], rtol=1e-6)


@pytest.mark.parametrize("name", YEAR)
def test_the_same_weeks_last_year(name: str) -> None:
    crowd = history([Event("a", day) for day in (35, 40, 60)])
    assert_allclose(values(name, NOBODY, [(0, "a"), (0, "b")], crowd=crowd), YEAR[name])


@pytest.mark.parametrize("name", UPTAKE)
def test_uptake_is_the_markets(name: str) -> None:
    crowd = history([Event("a", 300), Event("b", 300), Event("a", 390), Event("c", 390)])
    shares = getattr(market(crowd), name.removeprefix("product_"))
    assert len(np.unique(shares[:3])) > 1
    assert values(name, NOBODY, PAIRS, crowd=crowd) == shares[:3].tolist()


def test_who_is_asked_makes_no_difference() -> None:
    some = history([Event("a", 399), Event("b", 399)])
    for name in (name for name, feature in REGISTRY.items() if feature.family == "product"):
        one, other = (values(name, of, PAIRS, shop=CATALOGUE, crowd=CROWD) for of in (NOBODY, some))
        assert_allclose(one, other, rtol=0)


def test_every_feature_has_an_example() -> None:
    assert without_example("product", EXAMPLES, YEAR, UPTAKE) == set()
