"""Both kinds of store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from features.store.reader import Reader
from tests.features.store.places import Place
from tests.postgres import new_schema


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESNAF_STORE", raising=False)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A store that is not there yet."""
    if request.param == "sqlite":
        return Place(tmp_path)
    return Place(tmp_path, StoreConfig(url=new_schema(request.getfixturevalue("postgres"))))


@pytest.fixture
def store(place: Place) -> Iterator[LiveStore]:
    with place.open() as store:
        yield store


@pytest.fixture
def reader(store: LiveStore) -> Iterator[Reader]:
    reader = Reader(store.backend)
    yield reader
    reader.close()
