"""Both kinds of store."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from features.store.reader import Reader
from tests.features.store.places import Place
from tests.postgres import server

_SCHEMAS = count()


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESNAF_STORE", raising=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A store that is not there yet."""
    if request.param == "sqlite":
        return Place(tmp_path)
    return Place(tmp_path, StoreConfig(url=new_schema(request.getfixturevalue("postgres"))))


def new_schema(url: str) -> str:
    """The URL of an empty schema: a database for each test would take longer than the test."""
    import psycopg

    name = f"s{next(_SCHEMAS)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{url}?options=-csearch_path%3D{name}"


@pytest.fixture
def store(place: Place) -> Iterator[LiveStore]:
    with place.open() as store:
        yield store


@pytest.fixture
def reader(store: LiveStore) -> Iterator[Reader]:
    reader = Reader(store.backend)
    yield reader
    reader.close()
