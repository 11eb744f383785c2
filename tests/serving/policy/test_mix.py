"""Maximal marginal relevance, worked out by hand."""

import numpy as np
import pytest

from features.arrays import Doubles
from serving.policy.draft import Draft, GroupLimit
from serving.policy.likeness import ByBrand, ByCategory, ByNeighbours, Likeness
from serving.policy.mix import Mix
from tests.training.corner import codes
from training.candidates.sparse import Csr

NAMES = ("Home > Kitchen > Mugs", "Home > Kitchen > Pans", "Home > Garden", "Books", "home > Kitchen")
CATEGORY = codes(0, 0, 1, 2, 3, -1, -1)  # of seven products
BRAND = ByBrand(codes(0, 0, 0, 1, 1, 2, -1))


def taken(likeness: Likeness, strength: float, values: Doubles, room: int = 7, *limits: GroupLimit) -> list[int]:
    draft = Draft(codes(*[-1] * len(values)), limits, room)
    product = codes(*range(len(values)))
    Mix([likeness], strength, 20, 100).fill(draft, product, values, values, product, before=[])
    return draft.product


def test_steps_in_common_make_categories_alike() -> None:
    alike = ByCategory.of(CATEGORY, NAMES).among(codes(*range(7)))
    assert alike(0) == pytest.approx([1, 1, 4 / 6, 2 / 5, 0, 0, 0])
    assert alike(5) == pytest.approx([0] * 7)
    (kitchen,) = ByCategory.of(codes(0, 4), NAMES).among(codes(1))(0)
    assert kitchen == pytest.approx(2 * 2 / 5)


def test_brands_are_alike_or_not() -> None:
    assert BRAND.among(codes(1, 3, 6))(0).tolist() == [1, 0, 0]
    assert BRAND.among(codes(1, 3, 6))(6).tolist() == [0, 0, 0]


def test_the_nearest_neighbour_is_the_most_alike() -> None:
    similar = Csr(np.array([0, 2, 2, 2]), codes(1, 2), np.array([4.0, 1.0], np.float32), 3)
    alike = ByNeighbours(similar).among(codes(2, 0, 1))
    assert alike(0).tolist() == [0.25, 0, 1]
    assert alike(1).tolist() == [0, 0, 0]


def test_places_go_in_turns_to_what_is_good_and_unlike() -> None:
    """Scores 1, .8, .6, .4, .2, 0 of brands a, a, a, b, b, c. After the first, each of its brand loses what one brand
    in common costs; the last two of a follow when there is nothing unlike left."""
    values = np.array([1.0, 0.8, 0.6, 0.4, 0.2, 0.0])
    assert taken(BRAND, 0.5, values, 3) == [0, 3, 5]
    assert taken(BRAND, 0.5, values) == [0, 3, 5, 1, 2, 4]
    assert taken(BRAND, 0.01, values) == [0, 1, 2, 3, 4, 5]


def test_a_group_that_is_full_is_passed_over() -> None:
    limit = GroupLimit("one", BRAND.brand, 1)
    assert taken(BRAND, 0.01, np.array([1.0, 0.8, 0.6, 0.4, 0.2, 0.0]), 7, limit) == [0, 3, 5]


def test_scores_that_are_all_the_same_say_nothing() -> None:
    assert taken(BRAND, 0.5, np.zeros(6), 3) == [0, 3, 5]
    assert taken(BRAND, 0.5, np.zeros(0)) == []


def test_what_has_its_place_already_counts_as_taken() -> None:
    draft = Draft(codes(*[-1] * 6), [], 1)
    assert draft.reserve(0)
    product, values = codes(*range(6)), np.array([1.0, 0.8, 0.6, 0.4, 0.2, 0.0])
    Mix([BRAND], 0.5, 20, 100).fill(draft, product, values, values, product, before=[0])
    assert draft.product == [3]
