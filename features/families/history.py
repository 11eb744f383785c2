"""Purchase history of the pair: how often, how recently and how much the customer bought the product."""

import numpy as np

from features.arrays import DAY, Array
from features.market import YEAR
from features.registry import feature
from features.view import View


@feature(family="history", unit="orders")
def pair_orders(view: View) -> Array:
    """Orders in which the customer bought the product."""
    return view.repeats.count


@feature(family="history", unit="orders")
def pair_decayed_15(view: View) -> Array:
    """Orders of the product, each counting half as much after every 15 days."""
    return view.repeats.of(view.repeats.groups.decayed(view.as_of, 15.0), 0.0)


@feature(family="history", unit="orders")
def pair_decayed_40(view: View) -> Array:
    """Orders of the product, each counting half as much after every 40 days."""
    return view.repeats.of(view.repeats.groups.decayed(view.as_of, 40.0), 0.0)


@feature(family="history", unit="orders")
def pair_decayed_120(view: View) -> Array:
    """Orders of the product, each counting half as much after every 120 days."""
    return view.repeats.of(view.repeats.groups.decayed(view.as_of, 120.0), 0.0)


@feature(family="history", unit="orders")
def pair_decayed_by_order(view: View) -> Array:
    """Orders of the product, each counting a fifth less for every order of the customer since."""
    return _decayed_by_order(view, 0.8)


@feature(family="history", unit="share")
def pair_share_by_order(view: View) -> Array:
    """Share of the customer's orders that held the product, each counting a third less for every order since."""
    return _decayed_by_order(view, 2 / 3) / view.orders.of((1 - (2 / 3) ** view.orders.groups.count) * 3, 1.0)


@feature(family="history", unit="days")
def pair_recency(view: View) -> Array:
    """Days since the customer's last order of the product."""
    return view.repeats.days_since(view.repeats.groups.last, view.as_of)


@feature(family="history", unit="days")
def pair_age(view: View) -> Array:
    """Days since the customer's first order of the product."""
    return view.repeats.days_since(view.repeats.groups.first, view.as_of)


@feature(family="history", unit="days")
def pair_recency_in_orders_days(view: View) -> Array:
    """Days between the customer's last order of the product and the customer's last order."""
    return view.repeats.of(-view.repeats.groups.last / DAY) + view.orders.of(view.orders.groups.last / DAY)


@feature(family="history", unit="orders")
def pair_orders_since(view: View) -> Array:
    """Orders of the customer since the one with the product: 0 if it was in the last order."""
    return view.orders.of(view.orders.groups.last_order) - view.repeats.of(view.repeats.groups.last_order)


@feature(family="history", unit="share")
def pair_share(view: View) -> Array:
    """Share of the customer's orders that held the product."""
    return view.repeats.count / view.orders.of(view.orders.groups.count)


@feature(family="history", unit="share")
def pair_share_since_first(view: View) -> Array:
    """Share of the customer's orders that held the product, from the first one that did."""
    first, last = view.repeats.of(view.repeats.groups.first_order), view.orders.of(view.orders.groups.last_order)
    since: Array = last - first + 1
    return view.repeats.of(view.repeats.groups.count) / since


@feature(family="history", unit="units")
def pair_quantity(view: View) -> Array:
    """Units of the product a customer buys in an order, on average."""
    groups = view.repeats.groups
    return view.repeats.of(groups.total / groups.count)


@feature(family="history", unit="units")
def pair_last_quantity(view: View) -> Array:
    """Units of the product in the customer's last order of it."""
    return view.repeats.of(view.repeats.groups.last_weight)


@feature(family="history", unit="ratio")
def pair_quantity_ratio(view: View) -> Array:
    """Units of the product in the customer's last order of it, against what is usual for the product."""
    return view.repeats.of(view.repeats.groups.last_weight) / view.by_product(view.market.quantity)


@feature(family="history", unit="days")
def pair_cover(view: View) -> Array:
    """Days that the units of the last order last at the customer's own pace, less the days since it: below 0 is due."""
    groups = view.repeats.groups
    days = (groups.last - groups.first) / DAY
    pace = np.where(groups.count > 1, (groups.total - groups.last_weight) / days, np.nan)
    cover = groups.last_weight / pace - (view.as_of - groups.last) / DAY
    return view.repeats.of(cover)


@feature(family="history", unit="currency")
def pair_spend(view: View) -> Array:
    """What the customer spent on the product, at its median price."""
    return view.repeats.of(view.repeats.groups.total, 0.0) * view.by_product(view.market.price)


@feature(family="history", unit="orders")
def pair_last_year(view: View) -> Array:
    """Orders of the product in the same weeks a year ago, from 14 days before the horizon to 14 after it."""
    year = view.as_of - YEAR * DAY
    return view.repeats.of(view.repeats.groups.within(year - 14 * DAY, year + (view.market.horizon + 14) * DAY), 0.0)


def _decayed_by_order(view: View, factor: float) -> Array:
    groups = view.repeats.groups
    latest = np.zeros(len(view.history), np.int32)
    latest[view.orders.groups.keys] = view.orders.groups.last_order
    return view.repeats.of(groups.decayed_by_order(latest[groups.keys // groups.things], factor), 0.0)
