"""The benchmark of growth, on figures written by hand and on the smallest shop."""

import math
from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks.scale import Run, draw, measure, short, slopes, stage_table
from benchmarks.timing import Finished


def run(events: int, seconds: float, peak: float) -> Run:
    stages = {"read": seconds / 4, "total": seconds}
    answer = {"seconds": stages, "peak_mb": dict.fromkeys(stages, peak)}
    return Run(events, Finished({}, 1.0, 10.0, 1.0), Finished(answer, seconds + 2, peak, seconds))


RUNS = (run(100_000, 6.0, 300.0), run(1_000_000, 18.0, 500.0), run(10_000_000, 198.0, 5_000.0))


def test_growth_is_a_power_of_the_events() -> None:
    """Ten times the events in ten times the time is 1."""
    found = slopes(RUNS)
    assert math.isclose(found["slope"], 1.0)
    assert math.isclose(found["memory_slope"], 1.0)
    assert slopes(RUNS[:1]) == {}


def test_every_stage_of_every_shop_is_shown() -> None:
    lines = stage_table(RUNS).splitlines()
    assert lines[0] == "| stage | 100,000 events | 1,000,000 events | 10,000,000 events |"
    assert "| read | 1.5 s, 300 MB | 4.5 s, 500 MB | 49.5 s, 5,000 MB |" in lines
    assert lines[-1] == "| the whole command | 8.0 s, 300 MB | 20.0 s, 500 MB | 200.0 s, 5,000 MB |"


def test_sizes_are_named_in_short() -> None:
    assert [short(events) for events in (100_000, 1_000_000, 10_000_000)] == ["01m", "1m", "10m"]


def test_the_same_figures_draw_the_same_picture(tmp_path: Path) -> None:
    draw(RUNS, tmp_path / "one.svg")
    draw(RUNS, tmp_path / "two.svg")
    text = (tmp_path / "one.svg").read_text()
    assert text == (tmp_path / "two.svg").read_text()
    assert "Peak memory" in text


@pytest.mark.bench
def test_the_smallest_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    figures = measure(Namespace(events=[1_500], figure=tmp_path / "scale.svg"))
    assert figures["train_00015m_s"] > 0
    assert figures["train_00015m_peak_mb"] > 100
    assert 500 < figures["events_00015m_rows"] < 5_000
    assert not (tmp_path / "scale.svg").exists()
