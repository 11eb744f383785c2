"""A small simulated shop, made once."""

import pytest

from esnaf.simulation.batch import Batch
from esnaf.simulation.shop import simulate
from esnaf.simulation.world import World
from tests.esnaf.simulation.files import SMALL, Files


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("shop")
    simulate(folder, SMALL)
    return Files(folder)


@pytest.fixture(scope="session")
def world() -> World:
    return World.draw(SMALL)


@pytest.fixture(scope="session")
def batch(world: World) -> Batch:
    return Batch.draw(world, 0)
