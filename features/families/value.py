"""Value: what the customer is expected to spend; a family that is only there where it is asked for.

`[features] extra = ["features.families.value"]` shows it to the ranker. Each window that the ranker learns from has a
value model of its own, which knows what happened before it, as the one that serves has (docs/value.md).
"""

import numpy as np

from features.arrays import Array
from features.registry import feature
from features.segments.foretold import CHANCE, CHURN, SPEND
from features.view import View


@feature(family="value", unit="currency")
def customer_expected_spend(view: View) -> Array:
    """What the customer is expected to spend in the next 90 days."""
    return _foretold(view, SPEND)


@feature(family="value", unit="share")
def customer_purchase_probability(view: View) -> Array:
    """The chance that the customer orders in these days."""
    return _foretold(view, CHANCE)


@feature(family="value", unit="share")
def customer_churn_risk(view: View) -> Array:
    """The chance that the customer does not order in 180 days."""
    return _foretold(view, CHURN)


def _foretold(view: View, name: str) -> Array:
    """NaN without a model."""
    if name not in view.foretold:
        return np.full(len(view.row), np.nan)
    return view.by_customer(view.foretold[name])
