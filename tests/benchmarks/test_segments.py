"""The benchmark of segments, on shops small enough for a test."""

import json
from pathlib import Path

import pytest

from benchmarks.harness import main
from benchmarks.segments import add_arguments, measure


def run(tmp_path: Path, *words: str) -> dict[str, float]:
    file = tmp_path / "figures.json"
    main("segments", measure, add_arguments=add_arguments, argv=[*words, "--json", str(file)])
    found: dict[str, float] = json.loads(file.read_text())
    return found


@pytest.mark.bench
def test_the_truth_and_what_stays(tmp_path: Path) -> None:
    figures = run(tmp_path, "--only", "truth", "--size", "400")
    assert figures["simulated_kinds"] == 7
    assert figures["simulated_rerun_kept_share"] == 1.0
    assert figures["simulated_week_kept_share"] >= 0.95
    assert figures["simulated_live_unequal"] == 0
    assert figures["taste_ari"] > 0.3
    assert figures["mission_ari"] > 0.3


@pytest.mark.bench
def test_many_customers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.segments.population.AT_ONCE", 300)
    figures = run(tmp_path, "--only", "speed", "--customers", "1000")
    assert figures["customers"] == 1000
    assert figures["assigned"] > 5000
