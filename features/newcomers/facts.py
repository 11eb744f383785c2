"""Facts: what events tell of the products that they name."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from features.category import department_of, path_of
from features.kinds import Kind
from features.store.event import Event
from features.tables.patterns import MOST
from features.tables.properties import members

_LONGEST = 256  # characters of a category or brand
_LONGEST_NAME = 500
_FALSE = frozenset({"false", "f", "no", "n", "0"})  # as in the products table
_NAMES = ("name", "item_name")
_CATEGORIES = ("category", "item_category")
_STEPS = ("item_category2", "item_category3", "item_category4", "item_category5")  # below it, as GA4 has them
_BRANDS = ("brand", "item_brand")


@dataclass(frozen=True, slots=True)
class Facts:
    """One product. What no event has told is empty."""

    product_id: str
    name: str = ""
    category: str = ""  # a path, `Home > Kitchen`
    brand: str = ""
    price: float = math.nan  # in the shop's currency
    available: bool = True

    @property
    def department(self) -> str:
        """The first step of the category."""
        return department_of(self.category)

    def told(self, event: Event) -> Self:
        """With what an event about the product tells; what it does not tell stays."""
        more = members(event.properties)
        stated: dict[str, Any] = {
            "name": (event.name or _text(more, _NAMES))[:_LONGEST_NAME],
            "category": _path(more),
            "brand": _fitting(_text(more, _BRANDS)),
            "price": None if event.kind == Kind.REFUND else _price(more.get("price")) or _price(event.price),
            "available": _flag(more.get("available")),
        }
        known = {field: value for field, value in stated.items() if value not in {None, ""}}
        return replace(self, **known) if known else self


def _text(properties: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first of some members that is a text."""
    texts = (properties.get(name) for name in names)
    return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")


def _path(properties: Mapping[str, Any]) -> str:
    first = _text(properties, _CATEGORIES)
    below = [_text(properties, (name,)) for name in _STEPS] if first else []
    return _fitting(path_of(">".join((first, *below))))


def _fitting(text: str) -> str:
    return text if len(text) <= _LONGEST else ""


def _price(value: Any) -> float | None:
    """None for what cannot be one."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0 < value <= MOST else None


def _flag(value: Any) -> bool | None:
    return None if value is None else str(value).strip().lower() not in _FALSE
