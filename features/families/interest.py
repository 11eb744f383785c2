"""Interest: what the customer looked at, put in the cart, wished for, searched or declared."""

from collections.abc import Sequence

import numpy as np

from features.arrays import DAY, Array, Codes, positions_in, rows_of
from features.interests.fading import strengths
from features.profiles import Interests, Profiles
from features.registry import feature
from features.view import View


@feature(family="interest", unit="views")
def pair_views(view: View) -> Array:
    """The customer's views and clicks of the product."""
    return view.views.count


@feature(family="interest", unit="views")
def pair_views_decayed(view: View) -> Array:
    """Views and clicks of the product, each counting half as much after every 3 days."""
    return view.views.of(view.views.groups.decayed(view.as_of, 3.0), 0.0)


@feature(family="interest", unit="days")
def pair_view_recency(view: View) -> Array:
    """Days since the customer last looked at the product."""
    return view.views.days_since(view.views.groups.last, view.as_of)


@feature(family="interest", unit="days")
def pair_views_since_order(view: View) -> Array:
    """Days from the customer's last order of the product to the last look at it: above 0 is interest since."""
    last_order = view.repeats.of(view.repeats.groups.last / DAY)
    return view.views.of(view.views.groups.last / DAY) - last_order


@feature(family="interest", unit="carts")
def pair_carts(view: View) -> Array:
    """The customer's additions of the product to the cart, less removals."""
    return view.carts.count - view.uncarts.count


@feature(family="interest", unit="days")
def pair_cart_recency(view: View) -> Array:
    """Days since the customer last put the product in the cart."""
    return view.carts.days_since(view.carts.groups.last, view.as_of)


@feature(family="interest", unit="days")
def pair_wish_recency(view: View) -> Array:
    """Days since the customer wished for the product."""
    return view.wishes.days_since(view.wishes.groups.last, view.as_of)


@feature(family="interest", unit="events")
def category_interest(view: View) -> Array:
    """Views, carts and wishes in the product's category, each counting half as much after every 7 days."""
    return view.category_interest.of(view.category_interest.groups.decayed(view.as_of, 7.0), 0.0)


@feature(family="interest", unit="days")
def category_interest_recency(view: View) -> Array:
    """Days since the customer showed interest in the product's category."""
    return view.category_interest.days_since(view.category_interest.groups.last, view.as_of)


@feature(family="interest", unit="events")
def brand_interest(view: View) -> Array:
    """Views, carts and wishes of the product's brand, each counting half as much after every 7 days."""
    return view.brand_interest.of(view.brand_interest.groups.decayed(view.as_of, 7.0), 0.0)


@feature(family="interest", unit="searches")
def customer_searches(view: View) -> Array:
    """The customer's searches, each counting half as much after every 7 days."""
    return view.searches.of(view.searches.groups.decayed(view.as_of, 7.0), 0.0)


@feature(family="interest", unit="matches")
def declared_interest(view: View) -> Array:
    """How many of the product's category, department and brand the customer declared an interest in."""
    if view.profiles is None:
        return np.zeros(len(view.row), np.float32)
    levels = [_declared(view, *level) for level in _levels(view, view.profiles)]
    return levels[0] + levels[1] + levels[2]


@feature(family="interest", unit="purchases")
def declared_strength(view: View) -> Array:
    """As declared_interest, but each counts half after every 180 days and after every 6 days with purchases since."""
    if view.profiles is None:
        return np.zeros(len(view.row), np.float32)
    levels = [_strength(view, *level) for level in _levels(view, view.profiles)]
    return levels[0] + levels[1] + levels[2]


def _levels(view: View, profiles: Profiles) -> Sequence[tuple[Interests, Codes]]:
    catalogue = view.catalogue
    return (
        (profiles.departments, catalogue.department),
        (profiles.categories, catalogue.category),
        (profiles.brands, catalogue.brand),
    )


def _strength(view: View, interests: Interests, codes: Codes) -> Array:
    """(M,) what the customer's declaration of the product's group is still worth, 0 without one."""
    code = codes[view.product]
    keys = rows_of(interests.offsets).astype(np.int64) << 32 | interests.code
    at = positions_in(keys, view.row.astype(np.int64) << 32 | np.maximum(code, 0))
    found: Array = np.append(strengths(interests, view.history, view.as_of), 0.0)[at]
    return np.where(code >= 0, found, 0.0)


def _declared(view: View, interests: Interests, codes: Codes) -> Array:
    size = int(max(codes.max(initial=0), interests.code.max(initial=0))) + 1
    rows = np.repeat(np.arange(len(interests.offsets) - 1), np.diff(interests.offsets))
    code = codes[view.product]
    wanted = np.isin(view.row.astype(np.int64) * size + code, rows * size + interests.code)
    return (wanted & (code >= 0)).astype(np.float32)
