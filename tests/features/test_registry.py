"""Defining features."""

from collections.abc import Iterator

import numpy as np
import pytest

from features import families
from features.arrays import Array
from features.registry import REGISTRY, feature
from features.view import View
from tests.features.hand import Event, history, values

families.load()


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(before)


def test_a_function_becomes_a_column() -> None:
    @feature(family="mine", unit="orders")
    def pair_orders_squared(view: View) -> Array:
        """Orders of the product, squared."""
        return view.repeats.count**2

    known = REGISTRY["pair_orders_squared"]
    assert (known.family, known.unit, known.about) == ("mine", "orders", "Orders of the product, squared.")
    assert values("pair_orders_squared", history([Event("a", 1), Event("a", 2)]), [(0, "a"), (0, "b")]) == [4, 0]


def test_a_name_is_taken_once() -> None:
    def pair_orders(view: View) -> Array:
        """Something else."""
        return np.zeros(len(view.row))

    with pytest.raises(ValueError, match=r"'pair_orders' is already defined in features\.families\.history"):
        feature(family="mine", unit="orders")(pair_orders)


def test_a_module_may_be_read_again() -> None:
    own = REGISTRY["pair_orders"]
    assert feature(family=own.family, unit=own.unit)(own.compute) is own.compute
    assert REGISTRY["pair_orders"] == own


def test_a_feature_says_what_it_is() -> None:
    def silent(view: View) -> Array:
        return np.zeros(len(view.row))

    with pytest.raises(ValueError, match=r"'silent' in .* has no docstring"):
        feature(family="mine", unit="none")(silent)
    assert "silent" not in REGISTRY


@pytest.mark.parametrize("name", list(REGISTRY))
def test_every_feature_is_one_sentence_with_a_unit(name: str) -> None:
    known = REGISTRY[name]
    assert known.about.endswith(".")
    assert known.about[0].isupper()
    assert known.unit
    assert known.family in families.FAMILIES
    assert not name.endswith(("_score", "_rank"))  # those are the generators'
