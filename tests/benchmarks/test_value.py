"""The benchmark of value measures what it says."""

import os
from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks import value
from benchmarks.value import Case
from tests.training.value.purchases import END, shop


def test_both_models_are_measured_on_the_same_customers() -> None:
    found = value._foretold(Case("shop", shop(), END, 60))
    figures = value._figures(found)
    assert len(found.spent) == len(found.theirs) == len(found.mine.spend) == figures["customers"]
    assert figures["buyers"] < figures["customers"]
    assert 0.5 < figures["total_ratio"] < 2.0
    assert 0.5 < figures["bgnbd_total_ratio"] < 2.0
    assert figures["rank_correlation"] > 0.2


@pytest.mark.data
@pytest.mark.bench
def test_real_shops_are_foretold_better_than_by_the_baseline(tmp_path: Path) -> None:
    data = os.environ.get("ESNAF_DATA")
    if data is None:
        pytest.skip("ESNAF_DATA is not set")
    figures = value.measure(Namespace(data=Path(data), figures=tmp_path))
    for name in ("cdnow", "online_retail"):
        assert abs(figures[f"{name}_total_ratio"] - 1) < 0.1
        assert figures[f"{name}_rank_correlation"] > figures[f"{name}_bgnbd_rank_correlation"]
        assert figures[f"{name}_mae"] < figures[f"{name}_bgnbd_mae"]
        assert (tmp_path / f"value_{name}.png").exists()
