"""Product: how it sells, to whom and at what price, as of the market's moment."""

import numpy as np

from features.arrays import DAY, NO_TIME, Array
from features.registry import feature
from features.view import View


@feature(family="product", unit="lines", fixed=True)
def product_sold_3(view: View) -> Array:
    """Purchase lines of the product in the last 3 days."""
    return view.by_product(view.market.sold_3)


@feature(family="product", unit="lines", fixed=True)
def product_sold_7(view: View) -> Array:
    """Purchase lines of the product in the last 7 days."""
    return view.by_product(view.market.sold_7)


@feature(family="product", unit="lines", fixed=True)
def product_sold_14(view: View) -> Array:
    """Purchase lines of the product in the last 14 days."""
    return view.by_product(view.market.sold_14)


@feature(family="product", unit="lines", fixed=True)
def product_sold_28(view: View) -> Array:
    """Purchase lines of the product in the last 28 days."""
    return view.by_product(view.market.sold_28)


@feature(family="product", unit="lines", fixed=True)
def product_sold_90(view: View) -> Array:
    """Purchase lines of the product in the last 90 days."""
    return view.by_product(view.market.sold_90)


@feature(family="product", unit="lines", fixed=True)
def product_sold_365(view: View) -> Array:
    """Purchase lines of the product in the last 365 days."""
    return view.by_product(view.market.sold_365)


@feature(family="product", unit="lines", fixed=True)
def product_decayed(view: View) -> Array:
    """Purchase lines of the product, each counting half as much after every 14 days."""
    return view.by_product(view.market.decayed)


@feature(family="product", unit="ratio", fixed=True)
def product_trend(view: View) -> Array:
    """Weekly sales of the last 7 days against those of the last 28."""
    return (view.by_product(view.market.sold_7) + 1.0) / (view.by_product(view.market.sold_28) / 4.0 + 1.0)


@feature(family="product", unit="ratio", fixed=True)
def product_trend_slow(view: View) -> Array:
    """Monthly sales of the last 28 days against those of the last 90."""
    return (view.by_product(view.market.sold_28) + 1.0) / (view.by_product(view.market.sold_90) * 28 / 90 + 1.0)


@feature(family="product", unit="lines", fixed=True)
def product_last_year(view: View) -> Array:
    """Purchase lines of the product in the horizon's weeks a year ago."""
    return view.by_product(view.market.last_year_ahead)


@feature(family="product", unit="ratio", fixed=True)
def product_season(view: View) -> Array:
    """Sales a year ago in the horizon's weeks against the 28 days before them."""
    before = view.by_product(view.market.last_year_before) * view.market.horizon / 28
    return (view.by_product(view.market.last_year_ahead) + 1.0) / (before + 1.0)


@feature(family="product", unit="customers", fixed=True)
def product_buyers(view: View) -> Array:
    """Customers who bought the product."""
    return view.by_product(view.market.buyers)


@feature(family="product", unit="ratio", fixed=True)
def product_buyers_28_share(view: View) -> Array:
    """Customers who bought the product in the last 28 days, a purchase line."""
    return view.by_product(view.market.buyers_28) / np.maximum(view.by_product(view.market.sold_28), 1.0)


@feature(family="product", unit="share", fixed=True)
def product_rebuyers(view: View) -> Array:
    """Share of the product's buyers who bought it again, with one buyer in twenty who did added to thin counts."""
    return (view.by_product(view.market.rebuyers) + 1.0) / (view.by_product(view.market.buyers) + 20.0)


@feature(family="product", unit="share", fixed=True)
def product_rebought(view: View) -> Array:
    """Share of the product's earlier buyers, of those who bought anything in the last horizon, who bought it again."""
    return view.by_product(view.market.rebought)


@feature(family="product", unit="share", fixed=True)
def product_discovered(view: View) -> Array:
    """Share of the customers of the last horizon who bought the product for the first time, of those who could."""
    return view.by_product(view.market.discovered)


@feature(family="product", unit="days", fixed=True)
def product_gap(view: View) -> Array:
    """Median days until a customer buys the product again."""
    return view.by_product(view.market.gap)


@feature(family="product", unit="currency", fixed=True)
def product_price(view: View) -> Array:
    """Median price paid for the product in the last 28 days."""
    return view.by_product(view.market.price_28)


@feature(family="product", unit="ratio", fixed=True)
def product_price_drop(view: View) -> Array:
    """Median price of the last 28 days against that of all time."""
    return view.by_product(view.market.price_28) / view.by_product(view.market.price)


@feature(family="product", unit="units", fixed=True)
def product_quantity(view: View) -> Array:
    """Units of the product in a purchase line, on average."""
    return view.by_product(view.market.quantity)


@feature(family="product", unit="days")
def product_age(view: View) -> Array:
    """Days since the product was first sold."""
    return _days_since(view, view.market.first)


@feature(family="product", unit="days")
def product_recency(view: View) -> Array:
    """Days since the product was last sold: long if it is out of stock or withdrawn."""
    return _days_since(view, view.market.last)


@feature(family="product", unit="views", fixed=True)
def product_viewed_7(view: View) -> Array:
    """Views and clicks of the product in the last 7 days."""
    return view.by_product(view.market.viewed_7)


@feature(family="product", unit="share", fixed=True)
def product_conversion(view: View) -> Array:
    """Purchase lines a view of the last 28 days."""
    return view.by_product(view.market.sold_28) / (view.by_product(view.market.viewed_28) + 10.0)


@feature(family="product", unit="carts", fixed=True)
def product_carted_28(view: View) -> Array:
    """Additions of the product to a cart in the last 28 days."""
    return view.by_product(view.market.carted_28)


@feature(family="product", unit="share", fixed=True)
def product_category_share(view: View) -> Array:
    """Share of the product in its category's purchase lines of the last 28 days."""
    return view.by_product(view.market.sold_28) / np.maximum(view.by_product(view.market.category_28), 1.0)


def _days_since(view: View, times: Array) -> Array:
    when = view.by_product(times)
    return np.where(when == NO_TIME, np.nan, (view.as_of - when) / DAY)
