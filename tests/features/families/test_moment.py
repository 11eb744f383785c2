"""The moment of the question, and what is in hand."""

from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from features.matrix import feature_matrix
from features.pairs import Pairs
from tests.features.families.worked import Examples, without_example
from tests.features.hand import NAN, catalogue, history, in_hand, market, values

CATALOGUE = catalogue(categories=["Home", "Home", "Garden", "Home"])
SHOP = history([], [], [])
PAIRS = [(0, "a"), (0, "c"), (0, "e"), (1, "a"), (2, "c")]
IN_HAND = in_hand([("abc", "d"), ("", ""), ("", "e")])
EXAMPLES: Examples = {
    "basket_size": [3, 3, 3, 0, 0],
    "basket_same_category": [2, 1, 0, 0, 0],
    "viewed_same_category": [1, 0, 0, NAN, 0],
}
CLOCK: Examples = {"weekday": [], "hour": []}


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_by_hand(name: str) -> None:
    assert_array_equal(values(name, SHOP, PAIRS, shop=CATALOGUE, context=IN_HAND), EXAMPLES[name])


@pytest.mark.parametrize("name", ["basket_size", "basket_same_category"])
def test_nothing_in_hand(name: str) -> None:
    assert values(name, SHOP, PAIRS, shop=CATALOGUE) == [0] * 5


@pytest.mark.parametrize("moment", ["2024-02-29T23:59:59", "1970-01-01T00:00:00", "2025-06-02T12:30:00"])
def test_the_clock_is_utc(moment: str) -> None:
    time = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    pairs = Pairs.of(np.zeros(1, np.int32), np.zeros(1, np.int32))
    matrix = feature_matrix(SHOP, CATALOGUE, market(SHOP), pairs, int(time.timestamp()), names=[*CLOCK])
    assert matrix.tolist() == [[time.weekday(), time.hour]]


def test_every_feature_has_an_example() -> None:
    assert without_example("moment", EXAMPLES, CLOCK) == set()
