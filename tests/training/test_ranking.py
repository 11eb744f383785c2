"""Candidates in the order in which they would be shown."""

import numpy as np
import pytest

from features.context import Context
from features.history import History
from features.profiles import Profiles
from tests.training.corner import Fixed, codes
from training.pool import Pool, Source
from training.ranking import Ranking
from training.request import Request


@pytest.fixture
def ranking() -> Ranking:
    """Three customers, of whom the second has no candidate."""
    return Ranking(
        np.array([0, 3, 3, 5]), codes(4, 2, 7, 2, 0), np.array([3.0, 2.0, 1.0, 9.0, 8.0]), codes(0, 1, 0, 1, 1)
    )


def test_the_best_first_and_equals_by_index() -> None:
    request = Request(codes(0, 1), History.empty(2), Profiles.unknown(2), Context.at(0, 2))
    pool = Pool.gather([Source(Fixed("one", [[1, 2, 3], [1, 1, 1]]), 3)], request)
    ranking = Ranking.of(pool, np.array([0.5, 0.9, 0.5, 1.0, 1.0, 1.0]), 2)
    assert ranking.product.tolist() == [1, 0, 2, 0, 1, 2]
    assert ranking.offsets.tolist() == [0, 3, 6]


def test_the_first_of_each_row(ranking: Ranking) -> None:
    first = ranking.first(2)
    assert first.product.tolist() == [4, 2, 2, 0]
    assert first.offsets.tolist() == [0, 2, 2, 4]
    assert ranking.first(0).offsets.tolist() == [0, 0, 0, 0]


def test_some_pairs_alone(ranking: Ranking) -> None:
    kept = ranking.only(ranking.product != 2)
    assert (kept.product.tolist(), kept.score.tolist()) == ([4, 7, 0], [3.0, 1.0, 8.0])
    assert len(kept) == 3


def test_one_variant_of_each_the_best(ranking: Ranking) -> None:
    """4 and 2 are variants of one product, 7 and 0 have none."""
    parent = codes(-1, -1, 5, -1, 5, -1, -1, -1)
    assert ranking.one_of_each(parent).product.tolist() == [4, 7, 2, 0]


def test_a_table_of_lists(ranking: Ranking) -> None:
    assert ranking.padded(ranking.product, 2, -1).tolist() == [[4, 2], [-1, -1], [2, 0]]
    np.testing.assert_array_equal(ranking.padded(ranking.score, 4, np.nan)[0], [3.0, 2.0, 1.0, np.nan])
