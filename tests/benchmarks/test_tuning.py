"""The benchmark of tuning, on a small simulated shop with seconds of trials."""

from argparse import Namespace

import pytest

from benchmarks.tuning import measure

SETTINGS = """
[training]
windows = 2
min_history = 28
[pool]
generators = ["repurchase", "popular"]
[ranker]
trees = 10
threads = 1
[tune]
cuts = 1
seeds = 1
space.generators = []
"""


@pytest.mark.bench
def test_the_gain_is_measured_once_on_a_window_that_no_trial_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shop = {"customers": 80, "products": 100, "days": 150}
    figures = measure(Namespace(data=None, minutes=0.05, trials=2, settings=SETTINGS, **shop))
    assert 1 <= figures["trials"] + figures["pruned_trials"] <= 2
    assert figures["gain_low_percent"] <= figures["gain_percent"] <= figures["gain_high_percent"]
    ratio = figures["tuned_ndcg_at_20"] / figures["default_ndcg_at_20"]
    assert figures["gain_percent"] == pytest.approx(100 * (ratio - 1))
    assert figures["adopted"] or figures["gain_percent"] == 0
    assert 0 < figures["default_ndcg_at_20"] < 1
    assert figures.keys() >= {"command_minutes", "peak_mb", "past_gain_percent", "past_gain_low_percent"}
