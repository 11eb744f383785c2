"""One small simulated shop and its model, made once for all tests here."""

from pathlib import Path

import pytest

from features.tables import Shop
from tests.training.contenders import Contenders
from tests.training.futures import SETTINGS, shop
from training.recommender import Recommender
from training.trainer import Trainer


@pytest.fixture(scope="session")
def simulated() -> Shop:
    """A hundred customers and a hundred products in a hundred days."""
    return shop()


@pytest.fixture(scope="session")
def whole(simulated: Shop) -> Recommender:
    """The shop's model as of the end of its data."""
    return Trainer(simulated, SETTINGS).fit(simulated.log.end, complete=True)


@pytest.fixture(scope="session")
def stored(whole: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its bundle."""
    folder = tmp_path_factory.mktemp("stored") / "1"
    whole.save(folder)
    return folder


@pytest.fixture(scope="session")
def loaded(stored: Path) -> Recommender:
    """The model as a service has it."""
    return Recommender.load(stored)


@pytest.fixture(scope="session")
def contenders(tmp_path_factory: pytest.TempPathFactory) -> Contenders:
    """Three trainings on one shop."""
    return Contenders(tmp_path_factory.mktemp("contenders"))
