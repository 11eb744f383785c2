"""Foretold: figures of customers that only a model can tell, by the names that expressions and features know them by.

What tells them is `training.value`. Without such a model they are not known, and what goes by them holds for nobody.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from features.arrays import Doubles
from features.history import History

SPEND, CHANCE, CHURN, FIFTH = "expected_spend", "purchase_probability", "churn_risk", "expected_spend_fifth"

FORETOLD: Mapping[str, str] = {
    SPEND: "Expected spend in the next 90 days, currency",
    CHANCE: "Chance of an order in these days, from 0 to 1",
    CHURN: "Chance that no order comes in 180 days, from 0 to 1",
    FIFTH: "Fifth of the customers by expected spend, 5 is best, from 1 to 5",
}

Foretell: TypeAlias = Callable[[History, int], Mapping[str, Doubles]]
"""A history of R customers and a moment -> (R,) figures by name, best worked out only when one is asked for."""


def nothing(_history: History, _time: int) -> Mapping[str, Doubles]:
    """Without a model."""
    return {}
