"""Moment: when the list is asked for and what the customer has in hand."""

import numpy as np

from features.arrays import DAY, Array, lengths_of, rows_of
from features.registry import feature
from features.view import View


@feature(family="moment", unit="day")
def weekday(view: View) -> Array:
    """Day of the week, Monday is 0, UTC."""
    return np.full(len(view.row), (view.as_of // DAY + 3) % 7, np.float32)


@feature(family="moment", unit="hour")
def hour(view: View) -> Array:
    """Hour of the day, UTC."""
    return np.full(len(view.row), view.as_of % DAY // 3600, np.float32)


@feature(family="moment", unit="products")
def basket_size(view: View) -> Array:
    """Products in the cart."""
    return view.by_customer(lengths_of(view.context.basket_offsets))


@feature(family="moment", unit="products")
def basket_same_category(view: View) -> Array:
    """Products in the cart of the same category."""
    context, category = view.context, view.catalogue.category
    size = int(category.max(initial=0)) + 1
    rows = rows_of(context.basket_offsets).astype(np.int64)
    inside = category[context.basket]
    keys, counts = np.unique((rows * size + inside)[inside >= 0], return_counts=True)
    if len(keys) == 0:
        return np.zeros(len(view.row), np.float32)
    wanted = view.row.astype(np.int64) * size + category[view.product]
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where((keys[at] == wanted) & (category[view.product] >= 0), counts[at], 0)


@feature(family="moment", unit="flag")
def viewed_same_category(view: View) -> Array:
    """Whether the product on the page is of the same category; NaN when there is none."""
    viewed = view.by_customer(view.context.viewed)
    category = view.catalogue.category
    same = (category[viewed] == category[view.product]) & (category[viewed] >= 0)
    return np.where(viewed >= 0, same, np.nan)
