"""The pair's purchases."""

import pytest
from numpy.testing import assert_allclose

from features.kinds import Kind
from tests.features.families.worked import Examples, without_example
from tests.features.hand import NAN, Event, history, values

# Customer 0: orders on days 300 (a), 360 (a, b) and 390 (b), as of day 400. Nothing is known of customer 1.
SHOP = history(
    [
        Event("a", 300, 2, price=2.0),
        Event("a", 360, 4, price=2.0),
        Event("b", 360, 1, price=5.0),
        Event("b", 390, 3, price=5.0),
        Event("c", 395, kind=Kind.VIEW),
    ],
    [],
)
PAIRS = [(0, "a"), (0, "b"), (0, "c"), (1, "a")]
EXAMPLES: Examples = {
    "pair_orders": [2, 2, 0, 0],
    "pair_decayed_15": [2 ** (-100 / 15) + 2 ** (-40 / 15), 2 ** (-40 / 15) + 2 ** (-10 / 15), 0, 0],
    "pair_decayed_40": [2 ** (-100 / 40) + 2 ** (-40 / 40), 2 ** (-40 / 40) + 2 ** (-10 / 40), 0, 0],
    "pair_decayed_120": [2 ** (-100 / 120) + 2 ** (-40 / 120), 2 ** (-40 / 120) + 2 ** (-10 / 120), 0, 0],
    "pair_decayed_by_order": [0.8**2 + 0.8, 0.8 + 1, 0, 0],
    "pair_share_by_order": [(4 / 9 + 2 / 3) / (4 / 9 + 2 / 3 + 1), (2 / 3 + 1) / (4 / 9 + 2 / 3 + 1), 0, 0],
    "pair_recency": [40, 10, NAN, NAN],
    "pair_age": [100, 40, NAN, NAN],
    "pair_recency_in_orders_days": [30, 0, NAN, NAN],
    "pair_orders_since": [1, 0, NAN, NAN],
    "pair_share": [2 / 3, 2 / 3, 0, NAN],
    "pair_share_since_first": [2 / 3, 1, NAN, NAN],
    "pair_quantity": [3, 2, NAN, NAN],
    "pair_last_quantity": [4, 3, NAN, NAN],
    "pair_quantity_ratio": [4 / 3, 3 / 2, NAN, NAN],
    "pair_cover": [4 / (2 / 60) - 40, 3 / (1 / 30) - 10, NAN, NAN],
    "pair_spend": [12, 20, NAN, 0],
}
# As of day 400 the 28 days that began 364 days before are 36 to 64, and with 14 days on both sides 22 to 78.
YEAR: Examples = {"pair_last_year": [2, 1, 0]}


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_by_hand(name: str) -> None:
    assert_allclose(values(name, SHOP, PAIRS), EXAMPLES[name], rtol=1e-6)


def test_the_same_weeks_last_year() -> None:
    of = history([Event("a", day) for day in (21.9, 22, 77.9, 78)] + [Event("b", 50)])
    assert values("pair_last_year", of, [(0, "a"), (0, "b"), (0, "c")]) == YEAR["pair_last_year"]


def test_every_feature_has_an_example() -> None:
    assert without_example("history", EXAMPLES, YEAR) == set()
