"""What events tell of products."""

import json
import math
from typing import Any

import pytest

from features.newcomers.facts import Facts
from tests.features.newcomers.told import event


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"name": "A mug", "unit_price": 5}, Facts("mug", name="A mug", price=5.0)),
        ({"properties": {"name": "A mug", "price": 5}}, Facts("mug", name="A mug", price=5.0)),
        (
            {"properties": {"category": "Home>  Mugs", "brand": " Domo "}},
            Facts("mug", category="Home > Mugs", brand="Domo"),
        ),
        (
            {"properties": {"item_category": "Home", "item_category2": "Mugs", "item_brand": "Domo", "item_name": "A"}},
            Facts("mug", name="A", category="Home > Mugs", brand="Domo"),
        ),
        ({"properties": {"price": 4}, "unit_price": 3}, Facts("mug", price=4.0)),
        ({"properties": {"price": "4"}, "unit_price": 3}, Facts("mug", price=3.0)),
        ({"properties": {"available": "No"}}, Facts("mug", available=False)),
    ],
)
def test_what_is_stated_is_known(values: dict[str, Any], told: Facts) -> None:
    found = Facts("mug").told(event(**values))
    assert repr(found) == repr(told)  # NaN is not itself


@pytest.mark.parametrize(
    "properties",
    [
        None,
        "text",
        ["category"],
        {"category": 7, "brand": ["x"], "name": {}, "price": True},
        {"category": "x" * 300, "brand": "y" * 300, "price": -1},
        {"price": 1e300, "category": " > "},
        '{"category": "broken',
    ],
)
def test_what_cannot_be_one_tells_nothing(properties: Any) -> None:
    assert repr(Facts("mug").told(event(properties=properties))) == repr(Facts("mug"))


def test_what_is_stated_last_counts_and_the_rest_stays() -> None:
    first = Facts("mug").told(event(properties={"category": "Home", "price": 3, "available": False}))
    later = first.told(event(properties={"price": 4, "available": True}, name="A mug"))
    assert later == Facts("mug", name="A mug", category="Home", price=4.0)
    assert later.told(event()) is later
    back = later.told(event(event_type="refund", unit_price=1))
    assert back.price == 4.0
    assert later.department == "Home"


def test_the_longest_texts_are_bounded() -> None:
    told = Facts("mug").told(event(name="n" * 4_000, properties=json.dumps({"deep": [1]})))
    assert len(told.name) == 500
    assert math.isnan(told.price)
