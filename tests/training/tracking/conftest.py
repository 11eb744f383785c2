"""A small shop with its bundle and its evaluation, and a tracking store of its own."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.arrays import DAY, NO_TIME
from features.settings import Settings
from features.tables import TablesConfig, load
from training.evaluation.baselines import Baselines
from training.evaluation.beyond import Background
from training.evaluation.lists import Lists
from training.evaluation.protocol import Report, evaluate
from training.evaluation.slices import activity_bands
from training.evaluation.truth import Truth
from training.query import Query
from training.recommender import Recommender
from training.tracking import figures
from training.tracking.provenance import Provenance
from training.tracking.registry import Registry
from training.tracking.run import Tracked, TrainedRun, track
from training.tracking.store import VARIABLE, Store
from training.trainer import Trainer

SETTINGS = """
[pool]
generators = ["repurchase", "popular"]
[training]
windows = 2
[ranker]
trees = 5
"""


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture(scope="session")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    """Sixty customers who buy from eight products each, in half a year."""
    folder = tmp_path_factory.mktemp("shop")
    random = np.random.default_rng(0)
    days = np.datetime64("2024-01-01") + np.sort(random.integers(0, 180, 900))
    customer = random.integers(0, 60, 900)
    product = customer % 6 * 5 + random.integers(0, 8, 900)
    rows = [f"c{c:03},p{p:02},{d}T10:00:00Z,{1 + p % 7}" for c, p, d in zip(customer, product, days, strict=True)]
    (folder / "events.csv").write_text("\n".join(["customer_id,product_id,timestamp,unit_price", *rows, ""]))
    settings = Settings.parse(SETTINGS)
    return Trainer(load(folder, TablesConfig.of(settings)), settings)


@pytest.fixture(scope="session")
def bundle(trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recommender of the small shop as of the end of its data, saved."""
    folder = tmp_path_factory.mktemp("bundles") / "1"
    trainer.fit(trainer.shop.log.end).save(folder)
    return folder


@pytest.fixture(scope="session")
def report(trainer: Trainer, bundle: Path) -> Report:
    """A model's and the baselines' figures on the last four weeks."""
    log = trainer.shop.log
    cut = log.end - 28 * DAY
    truth = Truth.of(log, cut, log.end)
    baselines = Baselines.of(log.window(NO_TIME, cut, log.customers_at(cut)), truth.products, cut)
    rankings = {name: Lists.ask(rank, truth) for name, rank in baselines.ranks().items()}
    queries = [Query(customer_id=customer) for customer in log.customers.ids(truth.customer)]
    answers = Recommender.load(bundle).recommend(queries, 20)
    products = np.array(
        [[log.products.index(item.product_id) for item in answer.items] for answer in answers], np.int32
    )
    rankings["model"] = Lists.of(all=products)
    return evaluate(rankings, truth, background=background_of(trainer), slices=activity_bands(truth))


def background_of(trainer: Trainer) -> Background:
    log = trainer.shop.log
    cut = log.end - 28 * DAY
    return Background.of(log.as_of(cut), trainer.shop.catalogue, log.products_at(cut))


@pytest.fixture(scope="session")
def run(trainer: Trainer, bundle: Path, report: Report, tmp_path_factory: pytest.TempPathFactory) -> TrainedRun:
    """A finished training of the small shop."""
    log = trainer.shop.log
    provenance = Provenance("f00d", "c0ffee", seed=1, start=log.start, cut=log.end - 28 * DAY, end=log.end)
    drawn = tmp_path_factory.mktemp("drawn")
    figures.save(figures.of_run(report, report.metrics, background_of(trainer), None), drawn)
    return TrainedRun(
        shop="corner",
        provenance=provenance,
        final=bundle,
        measured=bundle,
        config={"ranker": trainer.recipe.ranker, "shop": {"name": "corner"}},
        report=report,
        drawn=drawn,
        metrics={"generator/popular/recall": 0.5, "memory/peak_mb": 321.0},
        seconds={"fit_ranker": 1.5, "total": 9.0},
        rejects={"no_customer": 3},
        warnings=("only a small shop",),
    )


@pytest.fixture(scope="session")
def bare(run: TrainedRun) -> TrainedRun:
    """The same training without a window to measure on."""
    return replace(run, measured=None, report=None, drawn=None, metrics={}, warnings=())


@pytest.fixture(scope="session")
def origin(run: TrainedRun, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tracked]:
    """A workspace in which the run was tracked once; making the database takes seconds."""
    workspace = tmp_path_factory.mktemp("origin")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        return workspace, track(run, Store.of(workspace))


@pytest.fixture
def workspace(origin: tuple[Path, Tracked], tmp_path: Path) -> Path:
    """A copy of that workspace to change."""
    return Path(shutil.copytree(origin[0], tmp_path / "workspace"))


@pytest.fixture
def registry(workspace: Path) -> Registry:
    return Registry.of(Store.of(workspace).open(), "corner")
