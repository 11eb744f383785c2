import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import UsageError
from serving.clock import Clock, read_time, shown_time


@given(st.integers(0, 4_000_000_000), st.integers(1, 86_400))
def test_it_stands_at_the_last_full_step(now: int, step: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: now + 0.9)
        stands = Clock(step=step).time()
        assert Clock(step=step).now() == now
    assert stands % step == 0
    assert 0 <= now - stands < step


def test_a_fixed_clock_is_taken_as_it_is() -> None:
    clock = Clock(step=3600, fixed=1_000_001)
    assert clock.time() == clock.now() == 1_000_001


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2011-09-01", "2011-09-01T00:00:00Z"),
        ("2011-09-01 12:30", "2011-09-01T12:30:00Z"),
        ("2011-09-01T12:30:00Z", "2011-09-01T12:30:00Z"),
        ("2011-09-01T12:30:00+03:00", "2011-09-01T09:30:00Z"),
    ],
)
def test_times_are_utc_unless_they_name_a_zone(text: str, shown: str) -> None:
    assert shown_time(read_time(text)) == shown


@pytest.mark.parametrize("text", ["yesterday", "", "2011-13-01", "2011-09-01T25:00"])
def test_what_is_no_time_is_refused_with_its_value(text: str) -> None:
    with pytest.raises(UsageError, match=f"'{text}' is no time; write it as"):
        read_time(text)
