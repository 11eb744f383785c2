"""The benchmark of quality, on a small simulated shop."""

from argparse import Namespace

import pytest

from benchmarks.quality import measure


@pytest.mark.bench
def test_a_small_shop_and_one_earlier_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    figures = measure(Namespace(data=None, cuts=1, customers=80, products=100, days=150))
    assert figures.keys() == {
        "ndcg_at_20",
        "recall_at_20",
        "explore_recall_at_20",
        "ratio_to_decay",
        "train_s",
        "peak_mb",
        "earlier_ratio_to_decay",
        "earlier_1_ratio_to_decay",
    }
    assert 0 < figures["ndcg_at_20"] < 1
    assert figures["earlier_ratio_to_decay"] == figures["earlier_1_ratio_to_decay"] > 0.3
    assert figures["peak_mb"] > 100
