"""Rhythm: the usual gap between two purchases against the current one."""

import numpy as np

from features.arrays import DAY, Array
from features.registry import feature
from features.view import View


@feature(family="rhythm", unit="days")
def pair_gap(view: View) -> Array:
    """Mean days between the customer's orders of the product."""
    return view.repeats.of(view.repeats.groups.gap)


@feature(family="rhythm", unit="ratio")
def pair_gap_variation(view: View) -> Array:
    """Regularity: standard deviation of the gaps between orders of the product against their mean."""
    groups = view.repeats.groups
    return view.repeats.of(groups.gap_deviation / groups.gap)


@feature(family="rhythm", unit="ratio")
def pair_gap_ratio(view: View) -> Array:
    """Days since the last order of the product against the customer's usual gap: 1 is due."""
    return _recency(view) / view.repeats.of(np.maximum(view.repeats.groups.gap, 1.0))


@feature(family="rhythm", unit="ratio")
def pair_gap_ratio_ahead(view: View) -> Array:
    """As pair_gap_ratio, but at the end of the horizon."""
    return (_recency(view) + view.market.horizon) / view.repeats.of(np.maximum(view.repeats.groups.gap, 1.0))


@feature(family="rhythm", unit="ratio")
def product_gap_ratio(view: View) -> Array:
    """Days since the customer's last order of the product against the gap usual for the product."""
    return _recency(view) / np.maximum(view.by_product(view.market.gap), 1.0)


@feature(family="rhythm", unit="days")
def customer_gap(view: View) -> Array:
    """Mean days between the customer's orders."""
    return view.orders.of(view.orders.groups.gap)


@feature(family="rhythm", unit="ratio")
def customer_gap_ratio(view: View) -> Array:
    """Days since the customer's last order against the usual gap between orders."""
    recency = view.orders.days_since(view.orders.groups.last, view.as_of)
    return recency / view.orders.of(np.maximum(view.orders.groups.gap, 1.0))


@feature(family="rhythm", unit="ratio")
def pair_gap_in_orders(view: View) -> Array:
    """As pair_gap_ratio, but in orders of the customer instead of days, the next order counted."""
    groups = view.repeats.groups
    usual = np.where(groups.count > 1, (groups.last_order - groups.first_order) / (groups.count - 1), np.nan)
    since = view.orders.of(view.orders.groups.last_order) - view.repeats.of(groups.last_order)
    return (since + 1) / view.repeats.of(usual)


def _recency(view: View) -> Array:
    return view.repeats.of((view.as_of - view.repeats.groups.last) / DAY)
