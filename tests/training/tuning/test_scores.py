"""The worth of a trial, and its gain over another customer by customer."""

from pathlib import Path

import numpy as np
import pytest

from training.evaluation.bootstrap import paired_ratio
from training.tuning.scores import Scores


def scores(*cuts: list[float]) -> Scores:
    customers = tuple(np.arange(len(values), dtype=np.int32) * 2 for values in cuts)
    return Scores(customers, tuple(np.array(values) for values in cuts))


def test_every_cut_weighs_the_same() -> None:
    assert scores([1.0, 0.0], [0.2, 0.2, 0.2, 0.2]).value == pytest.approx(0.35)


def test_the_gain_is_the_share_by_which_the_value_is_above() -> None:
    random = np.random.default_rng(0)
    one, two = (scores(*(random.random(size).tolist() for size in (40, 90))) for _ in range(2))
    gain = two.gain_over(one)
    assert gain.mean == pytest.approx(two.value / one.value - 1)
    assert gain.low < gain.mean < gain.high
    same = one.gain_over(one)
    assert (same.mean, same.low, same.high) == (0.0, 0.0, 0.0)


def test_a_customer_of_two_windows_is_drawn_once() -> None:
    """The same customers in every window tell no more than one window does."""
    random = np.random.default_rng(0)
    first, second = random.random(60).tolist(), random.random(60).tolist()
    once, twice = scores(second).gain_over(scores(first)), scores(second, second).gain_over(scores(first, first))
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))
    drawn = paired_ratio(np.array(second), np.array(first))
    assert (once.low, once.high) == pytest.approx((drawn.low - 1, drawn.high - 1))


def test_the_mean_of_runs_is_taken_customer_by_customer() -> None:
    mean = Scores.averaged([scores([1.0, 0.0], [0.5]), scores([0.0, 0.0], [0.1])])
    assert [values.tolist() for values in mean.ndcg] == [[0.5, 0.0], [0.3]]


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    found = Scores.joined([scores([1.0, 0.0]), scores([0.5])])
    found.save(tmp_path / "new" / "3-0.npz")
    loaded = Scores.load(tmp_path / "new" / "3-0.npz")
    assert loaded.value == found.value
    assert [values.tolist() for values in loaded.customers] == [[0, 2], [0]]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["3-0.npz"]
