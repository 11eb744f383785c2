"""Who is erased is in no file of the workspace after the next retraining, and earlier versions serve without them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from esnaf.arguments import invoke
from features.consent.erasing import erase
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from features.tables.rejects import LINE, Rejects
from tests.training.futures import write
from tests.training.test_retrain import SETTINGS
from training import pointer
from training.forgetting import purge
from training.query import Query
from training.recommender import Recommender
from training.tracking.store import VARIABLE

PLANTED = "planted-4711-somebody"
NAME, EMAIL, PHONE = "Zebedee Quillfeather", "zebedee@quillfeather.example", "+90 555 000 4711"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A regular customer gets a name, an email and a telephone that stand nowhere else."""
    monkeypatch.delenv(VARIABLE, raising=False)
    data = tmp_path / "data"
    data.mkdir()
    write(data)
    events, customers = (pq.read_table(data / f"{name}.parquet") for name in ("events", "customers"))
    who = events.column("customer_id").drop_null().value_counts().to_pylist()
    regular = max(who, key=lambda one: one["counts"])["values"]
    pq.write_table(_renamed(events, regular), data / "events.parquet")
    pq.write_table(_named(_renamed(customers, regular)), data / "customers.parquet")
    ids, kinds = [PLANTED, PLANTED], ["email", "phone"]  # rows that will be set aside
    bad = pa.table({"customer_id": ids, "kind": kinds, "value": [EMAIL, PHONE], "seen_at": ["never", "never"]})
    pq.write_table(bad, data / "identities.parquet")
    (tmp_path / "esnaf.toml").write_text(SETTINGS)
    return tmp_path


def _renamed(table: pa.Table, regular: str) -> pa.Table:
    return _with(table, "customer_id", [PLANTED if id == regular else id for id in table["customer_id"].to_pylist()])


def _named(customers: pa.Table) -> pa.Table:
    own = [id == PLANTED for id in customers["customer_id"].to_pylist()]
    for column, value in {"name": NAME, "email": EMAIL, "phone": PHONE}.items():
        customers = _with(customers, column, [value if mine else f"{column} {i}" for i, mine in enumerate(own)])
    return _with(customers, "consent", ['["personalisation", "analytics"]' if mine else None for mine in own])


def _with(table: pa.Table, name: str, values: list[Any]) -> pa.Table:
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, pa.array(values))
    return table.append_column(name, pa.array(values))


def command(workspace: Path, verb: str) -> Mapping[str, Any]:
    return invoke(verb, "--data", str(workspace / "data"), "--workspace", str(workspace))


def places(workspace: Path, *texts: str) -> list[str]:
    """The files in which any of some texts stands; the shop's own tables are the owner's."""
    wanted = [text.encode() for text in texts]
    files = (path for path in workspace.rglob("*") if path.is_file() and workspace / "data" not in path.parents)
    return sorted(str(path.relative_to(workspace)) for path in files if any(t in path.read_bytes() for t in wanted))


def test_after_the_next_retraining_nothing_is_left(workspace: Path) -> None:
    first = command(workspace, "train")["version"]
    assert places(workspace, NAME, EMAIL, PHONE) == []
    assert len(places(workspace, PLANTED)) > 3  # the bundle, its copy, the measured one, the ledger
    assert Recommender.load(pointer.find(workspace).bundle).customers.index(PLANTED) >= 0
    invoke("erase", PLANTED, "--workspace", str(workspace))
    command(workspace, "retrain")
    assert places(workspace, PLANTED, NAME, EMAIL, PHONE) == []
    invoke("rollback", first, "--workspace", str(workspace))
    old = Recommender.load(pointer.find(workspace).bundle)
    assert old.recommend([Query(customer_id=PLANTED)], 5) == old.recommend([Query()], 5)


def test_rows_set_aside_go_however_an_id_is_written_in_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a number, as a device's, or in a line that could not be taken apart."""
    monkeypatch.delenv("ESNAF_STORE", raising=False)
    file, nobody = tmp_path / "rejected.parquet", pa.nulls(2, pa.string())
    tables = [
        pa.table({"customer_id": [4711, 12], "anonymous_id": nobody}),
        pa.table({"customer_id": nobody, "anonymous_id": ["web", "app"]}),
        pa.table({LINE: ['"4711";p1;"', "12,p1,"]}),
    ]
    with Rejects(file) as aside:
        for table in tables:
            aside.add("events", "events.csv", row=np.arange(2), reason=np.zeros(2, np.int64), values=table)
    store = LiveStore.open(tmp_path, StoreConfig())
    try:
        for id in ("4711", "anon:web"):
            erase(store, tmp_path, StoreConfig(), id, actor="tests")
        assert purge._Purging(tmp_path, purge._register(store))._without_rows(file)
    finally:
        store.close()
    left = [json.loads(text) for text in pq.read_table(file)["values"].to_pylist()]
    assert left == [{"customer_id": 12}, {"anonymous_id": "app"}, {LINE: "12,p1,"}]


@pytest.mark.bench
def test_a_champion_that_stays_forgets_too(workspace: Path) -> None:
    """Where nothing is new, or the gate refuses what is."""
    (workspace / "esnaf.toml").write_text(SETTINGS.replace("[gate]", "[retrain]\nleast_events = 1000000\n[gate]"))
    version = command(workspace, "train")["version"]
    invoke("erase", PLANTED, "--workspace", str(workspace))
    command(workspace, "retrain")
    assert pointer.find(workspace).version == version
    assert places(workspace, PLANTED, NAME, EMAIL, PHONE) == []
