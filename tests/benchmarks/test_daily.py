"""The benchmark of one more day, on a small shop."""

from argparse import Namespace

import pytest

from benchmarks.daily import measure


@pytest.mark.bench
def test_a_day_is_brought_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    figures = measure(Namespace(events=20_000, customers=600, products=300, days=200))
    assert 10 < figures["new_events"] < 1_000
    assert 0 < figures["work_s"] < figures["command_s"]
    assert figures["refused"] in (0, 1)
