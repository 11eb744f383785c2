"""Interest short of a purchase."""

from dataclasses import replace

import pytest
from numpy.testing import assert_allclose

from features.kinds import Kind
from features.profiles import Profiles
from tests.features.families.worked import Examples, without_example
from tests.features.hand import NAN, Event, catalogue, history, interests, values

CATALOGUE = catalogue(categories=["Home > Mugs", "Home > Mugs", "Garden"], brands=["x", "y", "x"])
SHOP = history(
    [
        Event("a", 390),
        Event("a", 394, kind=Kind.VIEW),
        Event("a", 397, kind=Kind.CLICK),
        Event("b", 393, kind=Kind.ADD_TO_CART),
        Event("b", 394, kind=Kind.ADD_TO_CART),
        Event("b", 394, kind=Kind.REMOVE_FROM_CART),
        Event("c", 386, kind=Kind.WISHLIST),
        Event("", 393, kind=Kind.SEARCH),
        Event("", 400, kind=Kind.SEARCH),
    ],
    [],
)
PAIRS = [(0, "a"), (0, "b"), (0, "c"), (0, "d"), (1, "a")]
EXAMPLES: Examples = {
    "pair_views": [2, 0, 0, 0, 0],
    "pair_views_decayed": [2**-2 + 2**-1, 0, 0, 0, 0],
    "pair_view_recency": [3, NAN, NAN, NAN, NAN],
    "pair_views_since_order": [7, NAN, NAN, NAN, NAN],
    "pair_carts": [0, 1, 0, 0, 0],
    "pair_cart_recency": [NAN, 6, NAN, NAN, NAN],
    "pair_wish_recency": [NAN, NAN, 14, NAN, NAN],
    "category_interest": [sum(2 ** (-age / 7) for age in (6, 3, 7, 6))] * 2 + [2**-2, 0, 0],
    "category_interest_recency": [3, 3, 14, NAN, NAN],
    "brand_interest": [
        2 ** (-6 / 7) + 2 ** (-3 / 7) + 2**-2,
        2**-1 + 2 ** (-6 / 7),
        2 ** (-6 / 7) + 2 ** (-3 / 7) + 2**-2,
        0,
        0,
    ],
    "customer_searches": [1.5] * 4 + [0],
}
FADED = 2 ** (-1 / 6)  # after one day with purchases
DECLARED: Examples = {
    "declared_interest": [2, 1, 1, 0, 1],
    "declared_strength": [2 * FADED, FADED, FADED, 0, 1],
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_by_hand(name: str) -> None:
    assert_allclose(values(name, SHOP, PAIRS, shop=CATALOGUE), EXAMPLES[name], rtol=1e-6)


@pytest.mark.parametrize("name", DECLARED)
def test_declared_interests(name: str) -> None:
    """Customer 0 named the department Home and the brand x, customer 1 the category Home > Mugs."""
    profiles = replace(
        Profiles.unknown(2), departments=interests([0], []), categories=interests([], [0]), brands=interests([0], [])
    )
    assert_allclose(values(name, SHOP, PAIRS, shop=CATALOGUE, profiles=profiles), DECLARED[name], rtol=1e-6)


@pytest.mark.parametrize("name", DECLARED)
def test_declared_interests_that_nothing_has(name: str) -> None:
    far = replace(Profiles.unknown(2), brands=interests([7], [7]))
    for profiles in (None, far):
        assert values(name, SHOP, PAIRS, shop=CATALOGUE, profiles=profiles) == [0] * 5


def test_every_feature_has_an_example() -> None:
    assert without_example("interest", EXAMPLES, DECLARED) == set()
