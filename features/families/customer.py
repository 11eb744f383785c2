"""Customer: how much and how widely they buy."""

import numpy as np

from features.arrays import DAY, Array
from features.registry import feature
from features.view import View


@feature(family="customer", unit="orders")
def customer_orders(view: View) -> Array:
    """Orders of the customer."""
    return view.orders.count


@feature(family="customer", unit="days")
def customer_recency(view: View) -> Array:
    """Days since the customer's last order."""
    return view.orders.days_since(view.orders.groups.last, view.as_of)


@feature(family="customer", unit="days")
def customer_tenure(view: View) -> Array:
    """Days since the customer's first order."""
    return view.orders.days_since(view.orders.groups.first, view.as_of)


@feature(family="customer", unit="orders")
def customer_orders_90(view: View) -> Array:
    """Orders of the customer in the last 90 days."""
    return view.orders.of(view.orders.groups.within(view.as_of - 90 * DAY, view.as_of), 0.0)


@feature(family="customer", unit="products")
def customer_products(view: View) -> Array:
    """Different products the customer bought."""
    return view.by_customer(_distinct(view))


@feature(family="customer", unit="lines")
def customer_lines(view: View) -> Array:
    """Products the customer buys in an order, on average."""
    return view.by_customer(_occasions(view)) / view.orders.of(view.orders.groups.count)


@feature(family="customer", unit="share")
def customer_repeat_share(view: View) -> Array:
    """Share of what the customer buys that was bought before."""
    return view.by_customer(1.0 - _distinct(view) / _occasions(view))


@feature(family="customer", unit="share")
def customer_rebought(view: View) -> Array:
    """Share of the products known before the last horizon that the customer bought again in it."""
    groups, since = view.repeats.groups, view.as_of - view.market.horizon * DAY
    row, known = groups.keys // groups.things, groups.first < since
    again = np.bincount(row, known & (groups.last >= since), len(view.history))
    return view.by_customer(again / np.bincount(row, known, len(view.history)))


@feature(family="customer", unit="share")
def customer_new_share(view: View) -> Array:
    """Share of what the customer bought in the last 90 days that was not bought before them."""
    groups, since = view.repeats.groups, view.as_of - 90 * DAY
    row = groups.keys // groups.things
    recent = np.bincount(row, groups.last >= since, len(view.history))
    new = np.bincount(row, groups.first >= since, len(view.history))
    return view.by_customer(new / recent)


@feature(family="customer", unit="currency")
def customer_price(view: View) -> Array:
    """Price of what the customer buys, geometric mean."""
    return view.by_customer(np.exp(view.log_price[0]))


@feature(family="customer", unit="units")
def customer_units(view: View) -> Array:
    """Units in an order of the customer, on average."""
    groups = view.orders.groups
    return view.orders.of(groups.total / groups.count)


@feature(family="customer", unit="orders")
def customer_last_year(view: View) -> Array:
    """The customer's orders in the same weeks a year ago, over the horizon."""
    year = view.as_of - 364 * DAY
    return view.orders.of(view.orders.groups.within(year, year + view.market.horizon * DAY), 0.0)


def _distinct(view: View) -> Array:
    groups = view.repeats.groups
    return np.bincount(groups.keys // groups.things, minlength=len(view.history))


def _occasions(view: View) -> Array:
    groups = view.repeats.groups
    return np.bincount(groups.keys // groups.things, groups.count, len(view.history))
