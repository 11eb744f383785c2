"""A service that cannot tell who was erased does not start; one whose store is away does."""

from pathlib import Path

import pytest

from features.consent.erasing import erase
from features.errors import SecretError
from features.settings import Settings
from features.store.config import FILE, StoreConfig
from features.store.livestore import LiveStore
from serving.keeper import Keeper


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESNAF_STORE", raising=False)


def check(workspace: Path) -> None:
    Keeper(workspace, Settings({})).check_register()


def test_the_secret_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESNAF_SECRET", "x" * 40)
    store = LiveStore.open(tmp_path, StoreConfig())
    erase(store, tmp_path, StoreConfig(), "ann", actor="tests")
    store.close()
    check(tmp_path)
    for wrong in ("", "y" * 40):
        monkeypatch.setenv("ESNAF_SECRET", wrong)
        with pytest.raises(SecretError, match="ESNAF_SECRET"):
            check(tmp_path)


def test_nothing_is_made_where_there_is_no_store(tmp_path: Path) -> None:
    check(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_store_that_is_away_is_another_matter(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    check(tmp_path)
