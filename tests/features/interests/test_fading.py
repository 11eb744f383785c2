"""Declared interests fade with time and against behaviour."""

import numpy as np
from numpy.testing import assert_allclose

from features.interests.fading import DAYS_OF_PURCHASES, HALF_LIFE, strengths
from features.kinds import Kind
from features.profiles import Interests
from tests.features.hand import Event, history, seconds

T = seconds(400)


def test_half_after_the_half_life() -> None:
    days = [0, HALF_LIFE, 2 * HALF_LIFE]
    interests = Interests.of([{code: seconds(400 - age) for code, age in enumerate(days)}])
    assert_allclose(strengths(interests, history([]), T), [1, 1 / 2, 1 / 4])


def test_days_with_purchases_since_count() -> None:
    """Two orders of one day are one day, views are none, and neither is what was bought before."""
    bought = [Event("a", 100 + day) for day in range(6)]
    after = [Event("b", 350.1), Event("c", 350.4), Event("c", 370), Event("a", 380, kind=Kind.VIEW)]
    interests = Interests.of([{0: seconds(300), 1: seconds(400)}, {0: seconds(300)}])
    found = strengths(interests, history([*bought, *after], []), T)
    aged = 2 ** (-100 / HALF_LIFE)
    assert_allclose(found, [aged * 2 ** (-2 / DAYS_OF_PURCHASES), 1, aged])


def test_without_a_time_every_purchase_counts() -> None:
    interests = Interests(np.array([0, 1]), np.array([0], np.int32))
    found = strengths(interests, history([Event("a", day) for day in range(6)]), T)
    assert_allclose(found, [2 ** (-6 / DAYS_OF_PURCHASES)])


def test_what_was_declared_later_is_fresh() -> None:
    interests = Interests.of([{0: seconds(500)}])
    assert_allclose(strengths(interests, history([]), T), [1])


def test_nothing_declared() -> None:
    assert len(strengths(Interests.of([{}, {}]), history([], [Event("a", 3)]), T)) == 0


def test_one_customer_alone_is_as_among_many() -> None:
    of = history(*[[Event("a", day) for day in range(row, 380, 7 + row)] for row in range(5)])
    interests = Interests.of([{0: seconds(10 * row), 1: seconds(200)} for row in range(5)])
    whole = strengths(interests, of, T)
    for row in range(5):
        rows = np.array([row])
        alone = strengths(interests.take(rows), of.take(rows), T)
        assert alone.tobytes() == whole[2 * row : 2 * row + 2].tobytes()
