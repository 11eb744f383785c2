"""What an interest may be called, and what it then means."""

import numpy as np
import pytest

from features.catalogue import Catalogue
from features.interests.names import Meaning
from tests.features.interests.shelves import CATALOGUE, NAMES


def meant(meaning: Meaning) -> dict[str, list[str]]:
    names = {
        "departments": (meaning.departments, CATALOGUE.department_names),
        "categories": (meaning.categories, CATALOGUE.category_names),
        "brands": (meaning.brands, CATALOGUE.brand_names),
    }
    return {level: [known[code] for code in codes] for level, (codes, known) in names.items() if codes}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Home", {"departments": ["Home"]}),
        ("home > KITCHEN>mugs", {"categories": ["Home > Kitchen > Mugs"]}),
        ("Mugs", {"categories": ["Home > Kitchen > Mugs"], "brands": ["Mugs"]}),
        ("Home > Kitchen", {"categories": ["Home > Kitchen > Mugs", "Home > Kitchen > Pots"]}),
        ("pots", {"categories": ["Home > Kitchen > Pots", "Office > Pots"]}),
        ("Toys", {"departments": ["Toys"], "categories": ["Toys"]}),
        ("acme", {"brands": ["Acme"]}),
        ("Kitchen", {}),
        ("", {}),
        ("Yachts", {}),
    ],
)
def test_a_name_stands_for_groups_of_products(name: str, expected: dict[str, list[str]]) -> None:
    found = NAMES.find(name)
    assert meant(found) == expected
    assert bool(found) == bool(expected)


def test_a_department_holds_its_categories() -> None:
    whole = meant(NAMES.whole("home"))
    assert whole == {
        "departments": ["Home"],
        "categories": ["Home > Kitchen > Mugs", "Home > Kitchen > Pots", "Home > Garden"],
    }
    assert NAMES.whole("Acme") == NAMES.find("Acme")


def test_the_products_of_a_name() -> None:
    assert np.flatnonzero(NAMES.find("pots").products(CATALOGUE)).tolist() == [1, 4]
    assert np.flatnonzero(NAMES.find("Mugs").products(CATALOGUE)).tolist() == [0, 3]
    assert not NAMES.find("Yachts").products(CATALOGUE).any()


def test_slips_of_the_pen() -> None:
    assert NAMES.like("Terrra") == ["Terra"]
    assert NAMES.like("zzzz") == []
    assert NAMES.shown(" home>kitchen >mugs") == "Home > Kitchen > Mugs"
    assert NAMES.shown("Yachts") == "Yachts"


def test_levels_are_told_from_the_widest() -> None:
    assert [NAMES.find(name).level for name in ("Toys", "Mugs", "Acme")] == ["department", "category", "brand"]


def test_a_shop_without_categories_and_brands(bare: Catalogue) -> None:
    from features.interests.names import Names

    names = Names.of(bare)
    assert not names.find("Home")
    assert names.like("Home") == []
