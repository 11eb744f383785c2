"""Coverage, popularity, novelty, diversity and revenue, by hand."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from features.arrays import DAY, Codes
from tests.training.evaluation.small import Line, catalogue, log_of, purchases_of
from training.evaluation.beyond import (
    Background,
    beyond,
    diversity,
    gini,
    popularity_percentile,
    revenue_share,
    self_information,
)

GROUPS = np.array([0, 0, 1, 1, -1, -1], np.int32)


def background(group: Codes | None = GROUPS) -> Background:
    buyers = np.array([3, 1, 0, 0, 0, 0])
    vectors = csr_array(np.eye(6))
    return Background(buyers=buyers, customers=7, group=group, vectors=vectors)


def lists(*rows: list[int]) -> Codes:
    return np.array(rows, np.int32)


def test_coverage_is_the_share_of_products_shown_to_anyone() -> None:
    figures = beyond(lists([0, 1], [1, -1]), purchases_of([0], [1]), background(), k=2)
    assert figures["coverage_at_2"] == 2 / 6


def test_only_the_first_k_are_looked_at() -> None:
    figures = beyond(lists([0, 1], [0, 2]), purchases_of([0], [1]), background(), k=1)
    assert figures["coverage_at_1"] == 1 / 6


def test_empty_lists_cover_nothing() -> None:
    assert beyond(lists([-1, -1]), purchases_of([0]), background(), k=2) == {"coverage_at_2": 0.0}


def test_products_that_nobody_had_seen_are_left_out() -> None:
    """A model that serves knows them from the products table."""
    with_new = beyond(lists([0, 9], [1, 0]), purchases_of([0], [1]), background(), k=2)
    without = beyond(lists([0, -1], [1, 0]), purchases_of([0], [1]), background(), k=2)
    assert with_new == without


def test_gini_is_zero_for_equal_shares_and_near_one_for_one_product() -> None:
    assert gini(np.array([2, 2, 2, 2])) == pytest.approx(0)
    assert gini(np.array([0, 0, 0, 8])) == pytest.approx(3 / 4)
    assert gini(np.zeros(4, np.int64)) == 0


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20).filter(any))
def test_gini_is_half_the_relative_mean_difference(exposure: list[int]) -> None:
    apart = sum(abs(a - b) for a in exposure for b in exposure)
    expected = apart / (2 * len(exposure) * sum(exposure))
    assert gini(np.array(exposure)) == pytest.approx(expected, abs=1e-12)


def test_the_percentile_of_all_products_is_one_half_on_average() -> None:
    percentile = popularity_percentile(np.array([5, 1, 1, 0]))
    assert percentile.tolist() == [3.5 / 4, 2 / 4, 2 / 4, 0.5 / 4]
    assert percentile.mean() == 0.5


def test_novelty_is_bits_of_surprise() -> None:
    assert self_information(np.array([7, 3, 0]), 7).tolist() == [0.0, 1.0, 3.0]


def test_diversity_by_category() -> None:
    assert diversity(lists([0, 1, 2]), background()) == pytest.approx(2 / 3)
    assert diversity(lists([0, 1, -1], [0, 2, -1]), background()) == pytest.approx((0 + 1) / 2)


def test_products_without_a_category_are_like_no_other() -> None:
    assert diversity(lists([4, 5]), background()) == 1


def test_lists_of_one_product_have_no_diversity() -> None:
    assert diversity(lists([0, -1]), background()) == 0


def test_diversity_without_categories_is_by_who_bought_the_products() -> None:
    vectors = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]])
    shop = replace(background(None), vectors=csr_array(vectors))
    for row in ([0, 1, 3, 2], [4, 5, -1, -1], [0, 4, 5, 3]):
        pairs = list(combinations([p for p in row if p >= 0], 2))
        expected = np.mean([1 - vectors[a] @ vectors[b] for a, b in pairs])
        assert diversity(lists(row), shop) == pytest.approx(expected)


def test_revenue_is_the_share_of_what_was_spent() -> None:
    bought = purchases_of([0, 1], [2])
    bought = replace(bought, revenue=np.array([5.0, 3.0, 2.0]))
    assert revenue_share(lists([1, 9], [2, -1]), bought) == pytest.approx((3 + 2) / 10)


def test_revenue_is_left_out_where_no_price_is_known() -> None:
    figures = beyond(lists([0]), purchases_of([0], revenue=0.0), background(), k=1)
    assert "revenue_at_1" not in figures


def test_the_background_counts_customers_and_likens_products_by_their_buyers() -> None:
    log = log_of(Line("a", "x", 1), Line("b", "x", 2), Line("b", "y", 3), Line("c", "y", 4), Line("a", "x", 5))
    shop = Background.of(log.as_of(9 * DAY), catalogue([0, 0]), 2)
    assert shop.buyers.tolist() == [2, 2]
    assert shop.customers == 3
    assert shop.group is None
    assert (shop.vectors @ shop.vectors.T).toarray() == pytest.approx(np.array([[1, 0.5], [0.5, 1]]))
    assert math.isclose(diversity(lists([0, 1]), shop), 0.5)


def test_two_categories_are_enough_to_tell_products_apart() -> None:
    log = log_of(Line("a", "x", 1), Line("b", "y", 2))
    shop = Background.of(log.as_of(9 * DAY), catalogue([0, 1]), 2)
    assert shop.group is not None
    assert diversity(lists([0, 1]), shop) == 1
