"""Names of the customers table come into the live store when there is a secret to seal them with."""

from pathlib import Path

import pytest

from features.identity.keys import Keys
from features.names.book import name_of
from features.names.filling import MARK, fill_names
from features.settings import Settings
from features.store.config import FILE, StoreConfig
from features.store.livestore import LiveStore
from features.store.reader import Reader

KEYS = Keys.from_environment({"ESNAF_SECRET": "a secret of more than thirty-two characters"})
NOTHING = Settings({})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "customers.csv").write_text("customer_id,name\nc1, Ann Miller \nc2,\nc3,test\n", encoding="utf-8")
    return folder


def names(workspace: Path, *ids: str) -> list[str | None]:
    store = LiveStore.open(workspace, StoreConfig())
    reader = Reader(store.backend)
    try:
        return [name_of(reader, KEYS, id) for id in ids]
    finally:
        reader.close()
        store.close()


def test_names_are_taken_over_once(tmp_path: Path, data: Path) -> None:
    """As they stand: what is fit to be shown is decided when it is shown."""
    assert fill_names(tmp_path, NOTHING, data, KEYS) == 2
    assert names(tmp_path, "c1", "c2", "c3") == ["Ann Miller", None, "test"]
    assert fill_names(tmp_path, NOTHING, data, KEYS) is None
    (data / "customers.csv").write_text("customer_id,name\nc2,Bob\n")
    assert fill_names(tmp_path, NOTHING, data, KEYS) == 1
    assert names(tmp_path, "c1", "c2") == [None, "Bob"]


def test_without_a_secret_nothing_is_kept(tmp_path: Path, data: Path) -> None:
    assert fill_names(tmp_path, NOTHING, data, None) is None
    assert not (tmp_path / FILE).exists()


def test_without_names_no_store_is_made(tmp_path: Path, data: Path) -> None:
    (data / "customers.csv").write_text("customer_id,country\nc1,TR\n")
    assert fill_names(tmp_path, NOTHING, data, KEYS) is None
    assert not (tmp_path / FILE).exists()
    assert not (tmp_path / MARK).exists()


def test_the_erased_are_left_out(tmp_path: Path, data: Path) -> None:
    (data / "erased.txt").write_text("c1\n")
    settings = Settings.parse("[tables]\nerased = 'erased.txt'\n")
    assert fill_names(tmp_path, settings, data, KEYS) == 1
    assert names(tmp_path, "c1") == [None]


def test_other_column_names(tmp_path: Path, data: Path) -> None:
    (data / "customers.csv").write_text("who,called\nc1,Ann\n")
    settings = Settings.parse('[tables.customers]\ncolumns = { customer_id = "who", name = "called" }\n')
    assert fill_names(tmp_path, settings, data, KEYS) == 1
    assert b"Ann" not in (tmp_path / FILE).read_bytes()
