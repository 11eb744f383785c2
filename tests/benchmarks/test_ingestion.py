"""The benchmark of taking events in, with as few as show that it counts."""

from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks.ingestion import measure
from tests.training.futures import SETTINGS, shop
from training import pointer
from training.pointer import Pointer
from training.trainer import Trainer


@pytest.mark.bench
@pytest.mark.service
def test_every_event_arrives_and_every_figure_is_there(tmp_path: Path) -> None:
    of, bundle = shop(), tmp_path / "bundles" / "1"
    Trainer(of, SETTINGS).fit(of.log.end, complete=True).save(bundle)
    pointer.replace(tmp_path, Pointer("1", bundle))
    figures = measure(
        Namespace(url="", singles=60, threads=4, lists=2, runs=1, workspace=tmp_path, workers=1, data=None)
    )
    lost = {"lost", "store_lost"}
    assert {figures[name] for name in lost} == {0}
    for way in ("", "store_"):
        assert figures[f"{way}single_p50_ms"] <= figures[f"{way}single_p99_ms"]
        assert {f"{way}single_per_s", f"{way}batch_per_s", f"{way}batch_p99_ms"} <= figures.keys()
    assert all(value > 0 for name, value in figures.items() if name not in lost)
    assert not list(tmp_path.glob("store.db*"))
