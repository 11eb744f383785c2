"""When a difference counts."""

import numpy as np
import pytest

from features.arrays import Doubles
from training.comparison.difference import Difference
from training.evaluation.bootstrap import Interval


def column(*values: float) -> Doubles:
    return np.array(values)[:, None]


def noisy(mean: float, size: int = 400, seed: int = 0) -> Doubles:
    return np.random.default_rng(seed).normal(mean, 0.1, (size, 1))


@pytest.mark.parametrize(
    ("shift", "verdict"), [(0.02, "better"), (-0.02, "worse"), (0.001, "no difference"), (-0.001, "no difference")]
)
def test_a_difference_that_is_sure_counts_outside_the_margin_only(shift: float, verdict: str) -> None:
    """Everybody gains or loses as much: there is no noise at all."""
    first = noisy(0.5)
    (found,) = Difference.of(first, first + shift, margin=0.01)
    assert found.interval.low == pytest.approx(shift)
    assert found.verdict == verdict


def test_what_may_be_chance_does_not_count() -> None:
    (found,) = Difference.of(noisy(0.5, seed=1), noisy(0.505, seed=2), margin=0.0)
    assert found.interval.low < 0 < found.interval.high
    assert found.verdict == "no difference"


def test_the_interval_must_lie_outside_whole() -> None:
    near = Difference(100, 0.5, 0.51, Interval(0.01, 0.004, 0.016), margin=0.005)
    assert near.verdict == "no difference"
    assert Difference(100, 0.5, 0.51, Interval(0.01, 0.006, 0.014), margin=0.005).verdict == "better"


def test_customers_are_paired() -> None:
    """Between customers there are large differences, between the two models small and equal ones."""
    first = np.random.default_rng(3).random((200, 1))
    (found,) = Difference.of(first, first * 0.9, margin=0.01)
    assert found.verdict == "worse"
    assert found.relative is not None
    assert found.relative.mean == pytest.approx(-0.1)


def test_many_looks_widen_the_interval() -> None:
    first, second = noisy(0.5, seed=1), noisy(0.52, seed=2)
    (alone,), (one_of_many,) = (Difference.of(first, second, margin=0.0, looks=looks) for looks in (1, 20))
    assert one_of_many.interval.low < alone.interval.low < alone.interval.high < one_of_many.interval.high


def test_several_figures_at_once_are_each_their_own() -> None:
    first, second = np.hstack([noisy(0.2), noisy(0.4)]), np.hstack([noisy(0.3), noisy(0.4)])
    low, same = Difference.of(first, second, margin=0.01)
    assert (low.verdict, same.verdict) == ("better", "no difference")
    assert low == Difference.of(first[:, :1], second[:, :1], margin=0.01)[0]


def test_nothing_is_no_share_of_nothing() -> None:
    (found,) = Difference.of(column(0, 0, 0), column(1, 1, 1), margin=0.01)
    assert found.relative is None
    assert found.text == "1.0000 against 0.0000, better"


def test_in_words() -> None:
    found = Difference(100, 0.5, 0.51, Interval(0.01, 0.006, 0.014), margin=0.005)
    assert found.text == "0.5100 against 0.5000: +2.0 % (95 % +1.2 % to +2.8 %), better"
    assert found.values["verdict"] == "better"
    assert found.values["low"] == 0.006
