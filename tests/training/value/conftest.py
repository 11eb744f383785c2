from pathlib import Path

import pytest

from features.eventlog import EventLog
from tests.training.value.purchases import END, shop
from training.value.config import ValueConfig
from training.value.learning import Learning
from training.value.model import ValueModel


@pytest.fixture(scope="session")
def log() -> EventLog:
    return shop()


@pytest.fixture(scope="session")
def learning(log: EventLog) -> Learning:
    return Learning(log, ValueConfig(horizon=60, churn_days=120), seed=1, end=END)


@pytest.fixture(scope="session")
def model(learning: Learning) -> ValueModel:
    found = learning.fit(END)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def saved(model: ValueModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    model.save(folder)
    return folder
