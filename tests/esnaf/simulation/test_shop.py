"""Simulating as a whole: the same seed gives the same files, and nothing is left half-written."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from esnaf.simulation import batch as batches_module
from esnaf.simulation import shop as shop_module
from esnaf.simulation.batch import batches
from esnaf.simulation.parameters import Parameters
from esnaf.simulation.shop import simulate
from features.errors import UsageError
from tests.esnaf.simulation.files import SMALL, Files

TINY = replace(SMALL, customers=60, products=100, days=60)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_gives_the_same_bytes(tmp_path: Path, shop: Files) -> None:
    simulate(tmp_path, SMALL)
    assert digests(tmp_path) == digests(shop.folder)
    assert len(digests(tmp_path)) == 9


def test_another_seed_gives_another_shop(tmp_path: Path, shop: Files) -> None:
    simulate(tmp_path, replace(SMALL, seed=8))
    there, here = digests(tmp_path), digests(shop.folder)
    assert there.keys() == here.keys()
    assert not set(there.values()) & set(here.values())


def test_batches_are_row_groups_whatever_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (batches_module, shop_module):
        monkeypatch.setattr(module, "SIZE", 16)
    monkeypatch.setattr(shop_module, "_AT_ONCE", 1)
    simulate(tmp_path / "one", TINY)
    monkeypatch.setattr(shop_module, "_AT_ONCE", 3)
    simulate(tmp_path / "three", TINY)
    assert digests(tmp_path / "one") == digests(tmp_path / "three")
    assert batches(TINY.customers) == 4
    assert pq.ParquetFile(tmp_path / "one" / "events.parquet").num_row_groups == 4
    events = pq.read_table(tmp_path / "one" / "events.parquet")
    for name in ("event_id", "session_id", "customer_id"):
        assert events[name].null_count < len(events)
    assert len(events["event_id"].unique()) == len(events)


def test_rows_are_counted(tmp_path: Path) -> None:
    made = simulate(tmp_path, TINY)
    assert made.rows == {
        name: pq.read_metadata(tmp_path / f"{name}.parquet").num_rows
        for name in (
            "events", "customers", "identities", "products",
            "truth/customers", "truth/sessions", "truth/missions", "truth/identities",
        )
    }  # fmt: skip


def test_target_is_met_about(tmp_path: Path) -> None:
    made = simulate(tmp_path, SMALL, target=20_000)
    assert made.rows["events"] == pytest.approx(20_000, rel=0.1)
    assert made.parameters.sessions_per_day != SMALL.sessions_per_day


@pytest.mark.parametrize(
    ("named", "wrong"),
    [
        ("--customers 0", replace(TINY, customers=0)),
        ("--products 99", replace(TINY, products=99)),
        ("--days 27", replace(TINY, days=27)),
        ("--seed -1", replace(TINY, seed=-1)),
    ],
)
def test_sizes_that_cannot_be_are_refused(tmp_path: Path, named: str, wrong: Parameters) -> None:
    with pytest.raises(UsageError, match=f"{named}: a simulated shop needs at least"):
        simulate(tmp_path, wrong)


def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        simulate(tmp_path / "file" / "shop", TINY)


def test_failure_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simulate(tmp_path, TINY)
    before = digests(tmp_path)

    def fails(*_: object) -> None:
        raise RuntimeError("no more")

    monkeypatch.setitem(shop_module._MAKERS, "truth/missions", fails)
    with pytest.raises(RuntimeError, match="no more"):
        simulate(tmp_path, replace(TINY, seed=9))
    assert digests(tmp_path) == before
