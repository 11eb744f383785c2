from hypothesis import given
from hypothesis import strategies as st

from serving.bucket import Bucket


def test_it_gives_what_is_in_it_and_then_as_fast_as_it_fills() -> None:
    bucket = Bucket(rate=2.0, size=3.0)
    assert [bucket.take(100.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take(100.0) == 0.5
    assert bucket.take(100.4) > 0.0
    assert bucket.take(100.5) == 0.0
    assert bucket.take(100.5) > 0.0


def test_who_waits_as_long_as_told_gets_one() -> None:
    bucket = Bucket(rate=0.3, size=1.0)
    assert bucket.take(5.0) == 0.0
    wait = bucket.take(5.0)
    assert bucket.take(5.0 + wait + 1e-9) == 0.0


def test_it_never_holds_more_than_its_size() -> None:
    bucket = Bucket(rate=10.0, size=2.0)
    assert sum(bucket.take(1e6) == 0.0 for _ in range(10)) == 2


def test_what_is_owed_is_paid_first() -> None:
    bucket = Bucket(rate=1.0, size=5.0)
    assert bucket.take(10.0) == 0.0
    bucket.owe(9.0)
    assert bucket.take(10.0) == 6.0
    assert bucket.take(16.0) == 0.0


def test_even_a_small_rate_lets_one_in() -> None:
    assert Bucket(rate=0.01, size=0.02).take(50.0) == 0.0


@given(st.lists(st.floats(0, 5), max_size=60), st.floats(0.1, 50), st.floats(1, 20))
def test_never_more_than_size_and_rate_allow(pauses: list[float], rate: float, size: float) -> None:
    bucket, now, given_out = Bucket(rate, size), 1_000.0, 0
    for pause in pauses:
        now += pause
        given_out += bucket.take(now) == 0.0
    assert given_out <= size + rate * (now - 1_000.0) + 1e-6
