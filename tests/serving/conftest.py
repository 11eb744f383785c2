"""A small shop, a real model of it, and the real service: made once for all tests here."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from esnaf.simulation.parameters import Parameters
from esnaf.simulation.shop import simulate
from features.arrays import DAY
from features.identity.keys import VARIABLE
from features.settings import Settings
from features.tables.config import TablesConfig
from features.tables.loading import load
from serving.clock import shown_time
from serving.tokens import SCOPES, TokenFile
from tests.serving.patient import PATIENCE, running_service
from training import pointer
from training.recommender import Recommender
from training.trainer import Trainer

VERSION = "3"
HOUR = 3600
AS_OF_HOURS = 5  # after the end of the model's data
FEW_TREES = "[ranker]\ntrees = 20\nthreads = 1\n[training]\nwindows = 2\n"


@pytest.fixture(scope="session")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    """A simulated shop to learn from."""
    folder = tmp_path_factory.mktemp("data")
    simulate(folder, Parameters(customers=300, products=200, days=150, seed=5))
    settings = Settings.parse(FEW_TREES)
    return Trainer(load(folder, settings.section("tables", TablesConfig)), settings)


@pytest.fixture(scope="session")
def workspace(trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose champion is a model of the simulated shop."""
    folder = tmp_path_factory.mktemp("shop")
    bundle = folder / "bundles" / VERSION
    trainer.fit(trainer.shop.log.end, complete=True).save(bundle)
    pointer.replace(folder, pointer.Pointer(VERSION, bundle))
    return folder


@pytest.fixture(scope="session")
def earlier(trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of another model of the same shop, which knows less."""
    bundle = tmp_path_factory.mktemp("earlier") / "2"
    trainer.fit(trainer.shop.log.end - 20 * DAY, complete=True).save(bundle)
    return bundle


@pytest.fixture
def two(workspace: Path, earlier: Path, tmp_path: Path) -> Path:
    """A workspace with two versions, 3 and before it 2, which a service looks at often."""
    shutil.copytree(workspace / "bundles" / VERSION, tmp_path / "bundles" / VERSION)
    shutil.copytree(earlier, tmp_path / "bundles" / "2")
    (tmp_path / "esnaf.toml").write_text("[serving]\nchampion_poll_s = 0.1\n")
    pointer.replace(tmp_path, pointer.Pointer(VERSION, tmp_path / "bundles" / VERSION, before=("2",)))
    return tmp_path


@pytest.fixture(scope="session")
def recommender(workspace: Path) -> Recommender:
    """The champion, loaded here as the service loads it there."""
    return Recommender.load(pointer.find(workspace).bundle)


@pytest.fixture(scope="session")
def as_of(recommender: Recommender) -> int:
    """The time at which the service's clock stands."""
    return recommender.time + AS_OF_HOURS * HOUR


@pytest.fixture(scope="session")
def customers(recommender: Recommender) -> list[str]:
    """Customers that the model knows."""
    return recommender.customers.ids()


@pytest.fixture(scope="session")
def known(recommender: Recommender) -> str:
    """A customer with many purchases."""
    sizes = recommender.history.offsets[1:] - recommender.history.offsets[:-1]
    return recommender.customers.id(int(sizes.argmax()))


@pytest.fixture(scope="session")
def products(recommender: Recommender) -> list[str]:
    """Products that the model knows."""
    return recommender.products.ids()


@pytest.fixture(scope="session")
def address(workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service with two workers, on a free port of this machine."""
    log = tmp_path_factory.mktemp("service") / "service.log"
    options = ["--as-of", shown_time(as_of), "--workers", "2"]
    with running_service(workspace, *options, log=log) as where:
        yield where


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    """A caller of the service."""
    with httpx.Client(base_url=address, timeout=PATIENCE) as one:
        yield one


@pytest.fixture
def copied(workspace: Path, tmp_path: Path) -> Path:
    """A copy of the workspace, to do harm to."""
    shutil.copytree(workspace / "bundles", tmp_path / "bundles")
    shutil.copy(workspace / pointer.FILE, tmp_path)
    return tmp_path


@dataclass(frozen=True)
class Guarded:
    """A service that asks for tokens."""

    address: str
    workspace: Path
    log: Path
    tokens: dict[str, str]  # a secret for each scope, by its name

    def client(self, scope: str | None = None) -> httpx.Client:
        """A caller with the token of a scope, or with none."""
        headers = {} if scope is None else {"Authorization": f"Bearer {self.tokens[scope]}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=PATIENCE)


@pytest.fixture(scope="session")
def guarded(workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A service of two workers with a token for each scope, a live store and bounded connections."""
    folder = tmp_path_factory.mktemp("guarded")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    (folder / "esnaf.toml").write_text("[serving]\nmax_connections = 40\n[ingestion]\npoll_s = 0.1\n")
    file, log = TokenFile.of(folder), folder / "service.log"
    tokens: dict[str, str] = {scope: file.make(scope, [scope])[1] for scope in SCOPES}
    with ExitStack() as running:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(VARIABLE, "a secret of the tests that is long enough")
            service = running_service(folder, "--as-of", shown_time(as_of), "--workers", "2", log=log)
            address = running.enter_context(service)
        yield Guarded(address, folder, log, tokens)
