"""Identifiers that sort by time."""

from hypothesis import given
from hypothesis import strategies as st

from features.exposures.identifier import first_id, new_id, second_of

SECONDS = st.integers(0, 253_402_300_799)  # up to the year 9999


@given(SECONDS, SECONDS)
def test_their_order_is_that_of_time(one: int, other: int) -> None:
    first, second = new_id(one), new_id(other)
    assert len(first) == len(second) == 32
    assert second_of(first) == one
    if one < other:
        assert first < second
    assert (first_id(other) <= first) == (other <= one)


def test_all_are_different() -> None:
    assert len({new_id(7) for _ in range(2_000)}) == 2_000


def test_any_time_gives_one() -> None:
    assert len(new_id(-5)) == 32
    assert first_id(2**62) > new_id(2**39)
    assert first_id(-1) <= new_id(0)
