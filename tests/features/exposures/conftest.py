"""A log in both kinds of database, beside a live store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from features.exposures.log import ExposureLog
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from tests.features.store.places import Place
from tests.postgres import new_schema


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESNAF_STORE", raising=False)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A log that is not there yet."""
    if request.param == "sqlite":
        return Place(tmp_path)
    return Place(tmp_path, StoreConfig(url=new_schema(request.getfixturevalue("postgres"))))


@pytest.fixture
def log(place: Place) -> Iterator[ExposureLog]:
    log = ExposureLog.open(place.workspace, place.config)
    yield log
    log.close()


@pytest.fixture
def store(place: Place) -> Iterator[LiveStore]:
    with place.open() as store:
        yield store
