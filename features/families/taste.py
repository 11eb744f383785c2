"""Taste: what the customer buys in the product's category, department, brand and price band."""

import numpy as np

from features.arrays import Array
from features.registry import feature
from features.view import Joined, View


@feature(family="taste", unit="orders")
def category_orders(view: View) -> Array:
    """The customer's orders in the product's category."""
    return view.categories.count


@feature(family="taste", unit="orders")
def category_decayed(view: View) -> Array:
    """Orders in the product's category, each counting half as much after every 40 days."""
    return view.categories.of(view.categories.groups.decayed(view.as_of, 40.0), 0.0)


@feature(family="taste", unit="days")
def category_recency(view: View) -> Array:
    """Days since the customer's last order in the product's category."""
    return view.categories.days_since(view.categories.groups.last, view.as_of)


@feature(family="taste", unit="ratio")
def category_gap_ratio(view: View) -> Array:
    """Days since the customer's last order in the category against the usual gap between such orders."""
    groups = view.categories.groups
    recency = view.categories.days_since(groups.last, view.as_of)
    return recency / view.categories.of(np.maximum(groups.gap, 1.0))


@feature(family="taste", unit="share")
def category_share(view: View) -> Array:
    """Share of the customer's orders with something of the product's category."""
    return _share(view, view.categories)


@feature(family="taste", unit="orders")
def department_decayed(view: View) -> Array:
    """Orders in the product's department, each counting half as much after every 40 days."""
    return view.departments.of(view.departments.groups.decayed(view.as_of, 40.0), 0.0)


@feature(family="taste", unit="share")
def department_share(view: View) -> Array:
    """Share of the customer's orders with something of the product's department."""
    return _share(view, view.departments)


@feature(family="taste", unit="orders")
def brand_decayed(view: View) -> Array:
    """Orders of the product's brand, each counting half as much after every 40 days."""
    return view.brands.of(view.brands.groups.decayed(view.as_of, 40.0), 0.0)


@feature(family="taste", unit="share")
def brand_share(view: View) -> Array:
    """Share of the customer's orders with something of the product's brand."""
    return _share(view, view.brands)


@feature(family="taste", unit="days")
def brand_recency(view: View) -> Array:
    """Days since the customer's last order of the product's brand."""
    return view.brands.days_since(view.brands.groups.last, view.as_of)


@feature(family="taste", unit="log ratio")
def price_against_usual(view: View) -> Array:
    """Log of the product's recent price against the customer's usual price."""
    return view.by_product(view.market.log_price) - view.by_customer(view.log_price[0])


@feature(family="taste", unit="log")
def price_spread(view: View) -> Array:
    """Standard deviation of the log of the prices the customer pays: the width of the price band."""
    return view.by_customer(view.log_price[1])


def _share(view: View, level: Joined) -> Array:
    return level.count / view.orders.of(view.orders.groups.count)
