"""Periods are those of the calendar, and a time is in one of them at most."""

from datetime import UTC, datetime

import numpy as np
import pytest

from training.kpi.periods import Periods


def second(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("length", "days"),
    [
        ("week", ["2026-02-23", "2026-03-02", "2026-03-09"]),
        ("month", ["2026-01-01", "2026-02-01", "2026-03-01"]),
        ("quarter", ["2025-07-01", "2025-10-01", "2026-01-01"]),
    ],
)
def test_they_begin_where_the_calendar_says(length: str, days: list[str]) -> None:
    periods = Periods.back_from(second("2026-03-12"), length, 3, start=0)
    assert [periods.days(place)[0] for place in range(3)] == days
    assert periods.days(2)[1] == "2026-03-12"


def test_an_end_on_an_edge_begins_no_new_period() -> None:
    periods = Periods.back_from(second("2026-03-01"), "month", 1, start=0)
    assert periods.days(0) == ("2026-02-01", "2026-03-01")


def test_none_lies_before_the_log() -> None:
    periods = Periods.back_from(second("2026-03-12"), "month", 12, start=second("2026-01-20"))
    assert [periods.days(place)[0] for place in range(len(periods))] == ["2026-01-01", "2026-02-01", "2026-03-01"]


def test_times_are_in_their_period_and_others_in_none() -> None:
    periods = Periods(np.array([10, 20, 30]))
    assert periods.of(np.array([9, 10, 19, 20, 29, 30])).tolist() == [-1, 0, 0, 1, 1, -1]
