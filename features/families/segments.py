"""Segments: what customers are like, beside what they bought; a family that is only there where it is asked for.

`[features] extra = ["features.families.segments"]` shows it to the ranker. The figures are those that segments are made
of, so that trees can draw the borders where they help (docs/segments.md).
"""

import numpy as np

from features.arrays import Array
from features.profiles import Profiles
from features.registry import feature
from features.segments.customers import Customers
from features.segments.facts import FACTS
from features.view import View


@feature(family="segments", unit="currency")
def customer_spend_365(view: View) -> Array:
    """What the customer spent in the last 365 days."""
    return _fact(view, "spend_365")


@feature(family="segments", unit="currency")
def customer_average_order(view: View) -> Array:
    """What the customer spends in an order, on average."""
    return _fact(view, "average_order")


@feature(family="segments", unit="visits")
def customer_visits_28(view: View) -> Array:
    """The customer's visits in the last 28 days."""
    return _fact(view, "visits_28")


@feature(family="segments", unit="share")
def customer_weekend_share(view: View) -> Array:
    """Share of the customer's orders placed on Saturday or Sunday, UTC."""
    return _fact(view, "weekend_share")


@feature(family="segments", unit="share")
def customer_app_share(view: View) -> Array:
    """Share of what the customer did that came by the app; NaN where no channel is told."""
    return _fact(view, "app_share")


@feature(family="segments", unit="share")
def customer_store_share(view: View) -> Array:
    """Share of what the customer did that was in the store; NaN where no channel is told."""
    return _fact(view, "store_share")


@feature(family="segments", unit="share")
def customer_mobile_share(view: View) -> Array:
    """Share of what the customer did on a mobile device; NaN where no device is told."""
    return _fact(view, "mobile_share")


def _fact(view: View, name: str) -> Array:
    profiles = Profiles.unknown(len(view.history)) if view.profiles is None else view.profiles
    customers = Customers(view.history, profiles, view.catalogue, view.as_of)
    return view.by_customer(np.asarray(FACTS[name].compute(customers), np.float64))
