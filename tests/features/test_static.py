"""Catalogue, profiles and context: customers and products by number, and as of an earlier moment."""

from dataclasses import fields, replace
from typing import TypeAlias

import numpy as np
import pytest

from features.catalogue import first_names
from features.context import Context
from features.profiles import Attribute, Profiles
from tests.features.hand import PRODUCTS, catalogue, in_hand, interests

Row: TypeAlias = tuple[int, list[int], list[int], list[int], bool]

SHOP = catalogue(
    categories=["Home > Mugs", "Garden", "", "Home > Mugs", "Toys > Blocks", "Home > Pots"],
    brands=["x", "", "x", "y", "x", "z"],
    names=["red mug", "spade", "", "blue mug", "wooden blocks", "red pot"],
)
PROFILES = Profiles(
    attributes={"country": Attribute(np.array([0, -1, 1], np.int32), ["TR", "FR"])},
    departments=interests([], [0, 2], [1]),
    categories=interests([0], [2], []),
    brands=interests([1, 2], [], [0]),
    consent=np.array([7, 0, 7], np.uint8),
)


def rows(profiles: Profiles) -> list[Row]:
    def lists(name: str) -> list[list[int]]:
        of = getattr(profiles, name)
        return [of.code[a:b].tolist() for a, b in zip(of.offsets[:-1], of.offsets[1:], strict=True)]

    country = profiles.attributes["country"].code.tolist()
    parts = (lists(name) for name in ("departments", "categories", "brands"))
    return list(zip(country, *parts, profiles.personal.tolist(), strict=True))


def test_the_first_products_are_a_catalogue_of_their_own() -> None:
    first = SHOP.first(4)
    smaller = catalogue(
        categories=["Home > Mugs", "Garden", "", "Home > Mugs"],
        brands=["x", "", "x", "y"],
        names=["red mug", "spade", "", "blue mug"],
    )
    for part in fields(first):
        value, whole = getattr(first, part.name), getattr(smaller, part.name)
        expected = whole[:4] if len(whole) == len(PRODUCTS) else whole
        if part.name == "word_offsets":
            expected = whole[:5]
        assert np.array_equal(value, expected, equal_nan=part.name in {"price", "cost"}), part.name


def test_all_products_are_the_catalogue_itself() -> None:
    assert SHOP.first(len(PRODUCTS)) is SHOP
    assert len(SHOP.first(0)) == 0


@pytest.mark.parametrize(("codes", "names"), [([], []), ([-1], []), ([0, 0], ["p"]), ([1, 0, -1], ["p", "q"])])
def test_names_end_with_the_last_one_used(codes: list[int], names: list[str]) -> None:
    assert first_names(["p", "q", "r"], np.array(codes, np.int32)) == names


def test_taking_customers() -> None:
    of = rows(PROFILES)
    assert rows(PROFILES.take(np.array([2, 0, 2]))) == [of[2], of[0], of[2]]
    assert rows(PROFILES.take(np.zeros(0, np.int64))) == []


def test_a_stranger_told_nothing_and_may_be_served_personally() -> None:
    stranger: Row = (-1, [], [], [], True)
    assert rows(PROFILES.take(np.array([-1, 1, -1]))) == [stranger, rows(PROFILES)[1], stranger]
    assert PROFILES.take(np.array([-1])).departments.code.tolist() == []
    assert len(Profiles.unknown(3)) == 3
    assert Profiles.unknown(3).personal.all()


def test_the_first_customers_know_only_what_the_shop_had() -> None:
    first = PROFILES.first(2, SHOP.first(4))
    assert rows(first) == [(0, [], [0], [1], True), (-1, [0], [], [], False)]
    assert first.attributes["country"].names == ["TR"]
    assert rows(PROFILES.first(3, SHOP)) == rows(PROFILES)


def test_taking_contexts() -> None:
    context = in_hand([("ab", "c"), ("", ""), ("f", "")])
    taken = context.take(np.array([2, 0], np.int32))
    assert (taken.basket.tolist(), taken.basket_offsets.tolist()) == ([5, 0, 1], [0, 1, 3])
    assert taken.viewed.tolist() == [-1, 2]
    empty = Context.at(7, 2)
    assert (len(empty), empty.time, empty.basket.tolist(), empty.viewed.tolist()) == (2, 7, [], [-1, -1])
    assert len(replace(empty, time=8)) == 2
