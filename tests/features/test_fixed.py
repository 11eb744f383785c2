"""Features of products alone: the same whoever asks, whenever, and worked out once."""

import numpy as np
import pytest

from features.arrays import DAY
from features.fixed import Fixed
from features.matrix import feature_matrix
from features.pairs import Pairs
from features.registry import REGISTRY
from tests.features.hand import PRODUCTS, Event, T, bits, catalogue, history, market, seconds

CATALOGUE = catalogue(categories=["Home > Mugs", "Home > Mugs", "Garden", "", "Toys"], unavailable="d")
MARKET = market(history([Event(p, T - day, price=2.0 + day % 5) for day in range(1, 390, 9) for p in "abc"]), CATALOGUE)
OWN = history([Event("a", T - 3), Event("b", T - 40)], [])
PAIRS = Pairs.of(np.repeat(np.arange(2, dtype=np.int32), 6), np.tile(np.arange(6, dtype=np.int32), 2))


def test_most_of_what_a_product_is_does_not_depend_on_who_asks() -> None:
    fixed = {feature.name for feature in REGISTRY.values() if feature.fixed}
    assert len(fixed) > 20
    assert all(REGISTRY[name].family == "product" for name in fixed)


@pytest.mark.parametrize("days", [0, 5])
def test_the_matrix_is_the_same_with_and_without_them(days: int) -> None:
    moment = seconds(T) + days * DAY
    fixed = Fixed.of(CATALOGUE, MARKET)
    without = feature_matrix(OWN, CATALOGUE, MARKET, PAIRS, moment)
    with_them = feature_matrix(OWN, CATALOGUE, MARKET, PAIRS, moment, fixed=fixed)
    assert np.array_equal(bits(with_them), bits(without))
    assert fixed.table.shape == (len(PRODUCTS), len(fixed.place))
