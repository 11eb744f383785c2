"""What customers say comes upon what the tables say."""

from dataclasses import replace

import numpy as np

from features.interests.names import LEVELS
from features.interests.saying import hidden, put_upon, said, unwanted
from features.interests.told import NOTHING, Told
from features.profiles import Profiles
from tests.features.hand import Event, history, interests, product
from tests.features.interests.shelves import CATALOGUE, NAMES

KITCHEN_MUGS, KITCHEN_POTS, GARDEN, TOYS, OFFICE_POTS = range(5)
KNOWN = replace(
    Profiles.unknown(3), departments=interests([0], [], [1]), categories=interests([KITCHEN_MUGS], [TOYS], [TOYS])
)


def shown(told: dict[int, Told]) -> list[list[dict[int, int]]]:
    levels = put_upon(KNOWN.interests, told, NAMES)
    return [[level.row(row) for level in levels] for row in range(3)]


def test_who_says_nothing_is_as_the_tables_say() -> None:
    before = [[level.row(row) for level in KNOWN.interests] for row in range(3)]
    assert shown({}) == before
    assert shown({1: NOTHING}) == before


def test_who_declares_is_interested_in_that_alone() -> None:
    found = shown({0: NOTHING.declare(["pots", "Acme"], 7), 2: NOTHING.declare([], 8)})
    assert found[0] == [{}, {KITCHEN_POTS: 7, OFFICE_POTS: 7}, {0: 7}]
    assert found[2] == [{}, {}, {}]
    assert found[1] == shown({})[1]


def test_what_is_removed_goes_with_all_that_lies_in_it() -> None:
    assert shown({0: NOTHING.remove("Home")})[0] == [{}, {}, {}]
    removed = shown({2: NOTHING.remove("Home")})[2]
    assert [len(level) for level in removed] == [1, 1, 0]


def test_the_earliest_time_counts_where_names_overlap() -> None:
    told = NOTHING.declare(["Home > Kitchen"], 3).declare(["Home > Kitchen", "pots"], 9)
    assert said({}, told, NAMES, LEVELS[1]) == {KITCHEN_MUGS: 3, KITCHEN_POTS: 3, OFFICE_POTS: 9}


def test_unwanted_products_are_those_removed_and_not_declared_since() -> None:
    told = NOTHING.remove("Home").remove("Terra").declare(["Home > Kitchen > Mugs"], 1)
    assert np.flatnonzero(unwanted(told, NAMES, CATALOGUE)).tolist() == [1, 2, 4]
    assert not unwanted(NOTHING, NAMES, CATALOGUE).any()


def test_events_with_them_are_hidden() -> None:
    of = history([Event("a", 1), Event("", 2), Event("d", 3)], [Event("a", 1)])
    found = hidden(of, {0: unwanted(NOTHING.remove("Home"), NAMES, CATALOGUE)})
    assert found.tolist() == [True, False, False, False]
    assert of.product[1] == product("")
