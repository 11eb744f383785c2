"""Facts: what a template may name, and an example of it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from features.names.fit import first_name
from training.recommender import Recommender

Facts = dict[str, Any]

CUSTOMER = ("customer_id", "name", "first_name")
ITEM = ("product_id", "rank", "name", "category", "brand", "price")
NAMES = frozenset({"customer", "items", "values", "shop", "channel", "language"})
ATTRIBUTES: Mapping[str, Sequence[str]] = {"customer": CUSTOMER, "shop": ("name",)}


def facts_of(
    customer_id: str, name: str | None, items: Sequence[Facts], values: Mapping[str, Any], *, place: Mapping[str, str]
) -> Facts:
    """What one message is written from; a customer without a name has an empty one. `place` is shop, channel and
    language."""
    called = name or ""
    customer = {"customer_id": customer_id, "name": called, "first_name": first_name(called) if called else ""}
    return {
        "customer": customer,
        "items": list(items),
        "values": dict(values),
        "shop": {"name": place["shop"]},
        "channel": place["channel"],
        "language": place["language"],
    }


def item_of(model: Recommender, product_id: str, rank: int) -> Facts | None:
    """What is known of a product, empty where nothing is; None for one that the model has not seen."""
    index = model.products.index(product_id)
    if index < 0:
        return None
    catalogue = model.catalogue
    prices = (float(values[index]) for values in (catalogue.price, model.market.price_28))
    price = next((round(price, 2) for price in prices if not math.isnan(price)), None)
    category, brand = int(catalogue.category[index]), int(catalogue.brand[index])
    return {
        "product_id": product_id,
        "rank": rank,
        "name": catalogue.name[index],
        "category": catalogue.category_names[category] if category >= 0 else "",
        "brand": catalogue.brand_names[brand] if brand >= 0 else "",
        "price": "" if price is None else price,
    }


class _Anything(dict[str, str]):
    """Whatever a template expects of the sender."""

    def __missing__(self, key: str) -> str:
        return "example"


def example(language: str) -> Facts:
    """Facts to try a template with."""
    items = [
        {"product_id": f"P{n}", "rank": n, "name": f"Mug {n}", "category": "Home > Mugs", "brand": "Acme", "price": 9.5}
        for n in (1, 2, 3)
    ]
    place = {"shop": "shop", "channel": "email", "language": language}
    return {**facts_of("C1", "Ann Miller", items, {}, place=place), "values": _Anything()}
