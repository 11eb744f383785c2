"""Gaps between purchases."""

import pytest
from numpy.testing import assert_allclose

from tests.features.families.worked import Examples, without_example
from tests.features.hand import NAN, Event, history, values

# Customer 0 ordered a on days 340, 350 and 380, and b on day 395; customer 1 ordered c twice within hours.
SHOP = history(
    [Event("a", 340), Event("a", 350), Event("a", 380), Event("b", 395)], [Event("c", 390), Event("c", 390.5)]
)
PAIRS = [(0, "a"), (0, "b"), (0, "d"), (1, "c")]
EXAMPLES: Examples = {
    "pair_gap": [20, NAN, NAN, 0.5],
    "pair_gap_variation": [10 / 20, NAN, NAN, NAN],  # gaps of 10 and 30 days
    "pair_gap_ratio": [20 / 20, NAN, NAN, 9.5],  # a usual gap of a day at least
    "pair_gap_ratio_ahead": [(20 + 28) / 20, NAN, NAN, 9.5 + 28],
    "product_gap_ratio": [20 / 10, NAN, NAN, 9.5],  # the lower median of 10 and 30 days
    "customer_gap": [55 / 3, 55 / 3, 55 / 3, 0.5],
    "customer_gap_ratio": [5 / (55 / 3)] * 3 + [9.5],
    "pair_gap_in_orders": [(1 + 1) / 1, NAN, NAN, (0 + 1) / 1],
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_by_hand(name: str) -> None:
    assert_allclose(values(name, SHOP, PAIRS), EXAMPLES[name], rtol=1e-6)


def test_every_feature_has_an_example() -> None:
    assert without_example("rhythm", EXAMPLES) == set()
