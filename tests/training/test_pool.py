"""The candidates of all generators, merged."""

import numpy as np
import pytest

from features.context import Context
from features.history import History
from features.profiles import Profiles
from tests.training.corner import Fixed, codes, nobody
from training.pool import Pool, Source
from training.request import Request

NO = nobody()
NAN = np.nan


@pytest.fixture
def request_of_two() -> Request:
    return Request(codes(0, 1), History.empty(2), Profiles.unknown(2), Context.at(0, 2))


@pytest.fixture
def pool(request_of_two: Request) -> Pool:
    """Two customers, four products; the first generator may name two, the second one."""
    one = Fixed("one", [[0.9, 0.1, NO, 0.5], [NO, NO, 0.2, NO]])
    other = Fixed("other", [[NO, NO, NO, 7.0], [1.0, NO, 3.0, 2.0]])
    return Pool.gather([Source(one, 2), Source(other, 1)], request_of_two)


def test_each_pair_stands_once_with_its_rank_of_each_generator(pool: Pool) -> None:
    assert pool.names == ("one", "other")
    assert list(zip(pool.row.tolist(), pool.product.tolist(), strict=True)) == [(0, 0), (0, 3), (1, 2)]
    np.testing.assert_array_equal(pool.rank, [[1, NAN], [2, 1], [1, 1]])


def test_the_source_ranked_the_pair_best_the_first_of_equals(pool: Pool) -> None:
    by, source = pool.order(np.array([0.5, 0.9, 0.7]))
    assert (by.tolist(), source.tolist()) == ([1, 0, 2], [1, 0, 0])


def test_a_candidate_has_every_generators_score_named_or_not(pool: Pool) -> None:
    pairs = pool.pairs()
    np.testing.assert_array_equal(pairs.score, np.array([[0.9, NAN], [0.5, 7.0], [0.2, 3.0]], np.float32))
    few = pool.pairs(codes(1))
    assert (few.customer.tolist(), few.product.tolist()) == ([0], [3])
    np.testing.assert_array_equal(few.rank, [[2, 1]])


def test_any_pair_may_be_asked_about(pool: Pool) -> None:
    pairs = pool.pairs_of(codes(0, 1), codes(1, 2))
    np.testing.assert_array_equal(pairs.score, np.array([[0.1, NAN], [0.2, 3.0]], np.float32))
    np.testing.assert_array_equal(pairs.rank, [[NAN, NAN], [1, 1]])


def test_what_may_not_be_shown_makes_room(request_of_two: Request) -> None:
    one = Fixed("one", [[0.9, 0.1, NO, 0.5], [NO, NO, 0.2, NO]])
    allowed = np.array([False, True, True, True])
    pool = Pool.gather([Source(one, 2)], request_of_two, allowed=allowed)
    assert pool.product.tolist() == [1, 3, 2]


def test_nobody_asks() -> None:
    nobody_asks = Request(codes(), History.empty(0), Profiles.unknown(0), Context.at(0, 0))
    assert len(Pool.gather([Source(Fixed("one", [[1.0]]), 5)], nobody_asks)) == 0
