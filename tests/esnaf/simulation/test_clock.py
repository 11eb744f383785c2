"""Busyness by hour, weekday and season."""

from dataclasses import replace

import numpy as np
import pytest

from esnaf.simulation.clock import HOUR, Clock, bump, season
from esnaf.simulation.parameters import Parameters
from features.arrays import DAY
from features.errors import UsageError

CLOCK = Clock.of(replace(Parameters(), days=365))


def test_log_has_the_asked_length_and_end() -> None:
    assert CLOCK.end - CLOCK.start == 365 * DAY
    assert CLOCK.end == 1_767_225_600  # 2026-01-01 UTC


def test_mean_day_of_business_is_a_day() -> None:
    assert CLOCK.busyness[-1] == pytest.approx(365)


def test_at_is_the_inverse_of_busy_days() -> None:
    times = CLOCK.start + np.array([0, 5 * HOUR, 100 * DAY + 1_800, 364 * DAY])
    assert np.abs(CLOCK.at(CLOCK.busy_days(times)) - times).max() <= 1


def test_evenings_and_december_are_busy() -> None:
    level = np.diff(CLOCK.busyness)
    by_hour = level.reshape(365, 24).sum(axis=0)
    assert by_hour[20] > 5 * by_hour[3]
    by_day = level.reshape(365, 24).sum(axis=1)
    assert by_day[334:355].mean() > 1.2 * by_day[180:201].mean()


def test_bump_goes_around_the_year() -> None:
    days = np.array([1.0, 364.0]) * DAY
    assert np.allclose(bump(days, 365.25, 10), bump(days[::-1], 0, 10), atol=0.05)


def test_season_is_flat_without_a_peak_and_highest_at_it() -> None:
    times = np.arange(CLOCK.start, CLOCK.end, 7 * DAY)
    curve = season(times, np.array([0, 6]))
    assert (curve[:, 0] == 1).all()
    assert abs((times[curve[:, 1].argmax()] - CLOCK.start) / DAY - 5.5 * 30.44) < 10


def test_end_that_is_no_date_is_refused() -> None:
    with pytest.raises(UsageError, match="'soon' is not a date"):
        Clock.of(replace(Parameters(), end="soon"))
