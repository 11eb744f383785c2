"""Intervals: seeded, paired, and as wide as statistics says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation import bootstrap
from training.evaluation.bootstrap import intervals, paired_difference, paired_ratio, resampled_means


def values(customers: int = 400, columns: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((customers, columns))


def test_the_interval_of_a_mean_is_that_of_the_normal_approximation() -> None:
    sample = values(2_000, 1)
    (interval,) = intervals(sample)
    error = 1.96 * sample.std() / np.sqrt(len(sample))
    assert interval.mean == pytest.approx(sample.mean())
    assert interval.low == pytest.approx(sample.mean() - error, abs=error / 8)
    assert interval.high == pytest.approx(sample.mean() + error, abs=error / 8)


def test_the_same_seed_gives_the_same_digits_and_another_seed_others() -> None:
    first, again, other = (intervals(values(), seed=seed) for seed in (3, 3, 4))
    assert first == again != other


def test_draws_do_not_depend_on_how_many_are_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    together = resampled_means(values(50), resamples=40)
    monkeypatch.setattr(bootstrap, "CELLS", 350)
    np.testing.assert_array_equal(resampled_means(values(50), resamples=40), together)


def test_a_column_alone_has_the_interval_it_has_beside_others() -> None:
    sample = values()
    assert intervals(sample)[1] == intervals(sample[:, 1:2])[0]


def test_a_paired_difference_is_tighter_than_the_parts() -> None:
    first = values(500, 1)[:, 0]
    second = first - 0.01
    difference = paired_difference(first, second)
    assert difference.low == pytest.approx(0.01)
    assert difference.high == pytest.approx(0.01)


def test_a_ratio_is_of_the_means() -> None:
    first, second = values(500, 2).T
    ratio = paired_ratio(first, second)
    assert ratio.mean == pytest.approx(first.mean() / second.mean())
    assert ratio.low < ratio.mean < ratio.high


def test_a_ratio_to_nothing_is_infinite() -> None:
    ratio = paired_ratio(np.ones(20), np.zeros(20))
    assert ratio.mean == ratio.high == np.inf


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_stays_within_the_values(sample: list[float]) -> None:
    (interval,) = intervals(np.array(sample)[:, None], resamples=50)
    slack = 1e-12
    assert min(sample) - slack <= interval.low <= interval.high <= max(sample) + slack
