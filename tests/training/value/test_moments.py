"""What is foretold as features of the ranker and in the shop's own segments, by what came before each window."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from features.arrays import Array, Codes
from features.errors import BundleError
from features.registry import REGISTRY
from features.settings import Settings
from features.tables import Shop
from tests.features.hand import bits
from tests.training.families import forget, registered
from tests.training.futures import SETTINGS, TEXT, Future, cut, nothing, shop, shuffled
from training.evaluation.truth import Truth
from training.pool import Pool
from training.query import Query
from training.recommender import Recommender
from training.segments.sliced import segment_slices
from training.trainer import Trainer
from training.value import learning
from training.value.moments import asked_for

FAMILY = "features.families.value"
HORIZON = "[value]\nhorizon = 14\nchurn_days = 28\n"
SHOWN = Settings.parse(f'{TEXT}\n{HORIZON}[features]\nextra = ["{FAMILY}"]\n')
OWN = Settings.parse(f'{TEXT}\n{HORIZON}[[segments.custom]]\nname = "leaving"\nwhere = "churn_risk > 0.2"\n')


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred customers are enough."""
    monkeypatch.setattr(learning, "FEWEST", 5)


@pytest.fixture
def family() -> Iterator[list[str]]:
    with registered(FAMILY) as names:
        yield names


@pytest.fixture
def model(simulated: Shop, family: list[str]) -> Recommender:
    return Trainer(simulated, SHOWN).fit(cut())


def columns(model: Recommender, names: list[str], rows: Codes) -> Array:
    """(R, F) of one product for each customer."""
    request = model.questions.of_customers(rows, model.time)
    row, product = np.arange(len(rows), dtype=np.int32), np.zeros(len(rows), np.int32)
    matrix = model.matrix(request, Pool.gather(model.sources, request).pairs_of(row, product))
    return matrix[:, [model.order.names.index(name) for name in names]]


def test_the_ranker_sees_what_is_foretold(model: Recommender, family: list[str]) -> None:
    assert model.value is not None
    rows = np.arange(len(model.customers), dtype=np.int32)
    found = columns(model, ["customer_churn_risk", "customer_expected_spend"], rows)
    foretold = model.value.predict(model.history, model.time + 1)
    np.testing.assert_array_equal(found[:, 0], foretold.churn.astype(np.float32))
    np.testing.assert_array_equal(found[:, 1], foretold.spend.astype(np.float32))
    alone = [columns(model, family, rows[[row]])[0] for row in (0, 7, len(rows) - 1)]
    together = columns(model, family, rows)
    assert all(np.array_equal(bits(one), bits(together[row])) for one, row in zip(alone, (0, 7, -1), strict=True))


@pytest.mark.parametrize("future", [nothing, shuffled])
def test_windows_know_nothing_of_the_future(family: list[str], future: Future) -> None:
    matrices = []
    for own in (shop(), shop(future)):
        trainer = Trainer(own, SHOWN)
        parts = trainer.groundwork.examples(trainer.groundwork.windows(cut()))
        matrices.append([part.matrix[:, [part.names.index(name) for name in family]] for part in parts])
    assert all(np.array_equal(bits(one), bits(other)) for one, other in zip(*matrices, strict=True))
    assert np.isfinite(matrices[0][-1]).any()


def test_a_bundle_brings_the_modules_of_its_features(model: Recommender, family: list[str], tmp_path: Path) -> None:
    model.save(tmp_path / "1")
    queries = [Query(customer_id=id) for id in model.customers.ids()[:3]]
    expected = model.recommend(queries, 5)
    forget(FAMILY)
    assert not set(family) & REGISTRY.keys()
    loaded = Recommender.load(tmp_path / "1")
    assert set(family) <= REGISTRY.keys()
    assert loaded.recommend(queries, 5) == expected


def test_a_module_that_is_gone_is_named(model: Recommender, tmp_path: Path) -> None:
    model.save(tmp_path / "1")
    manifest = tmp_path / "1" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(FAMILY, "features.families.nowhere"))
    with pytest.raises(BundleError, match=r"features\.families\.nowhere"):
        Recommender.load(tmp_path / "1", verify=False)


def test_segments_of_the_shop_are_measured_with_what_was_foretold_by_then(simulated: Shop) -> None:
    measured = Trainer(simulated, OWN).fit(cut())
    assert measured.value is not None
    truth = Truth.of(simulated.log, cut(), simulated.log.end)
    leaving = segment_slices(measured, truth, simulated.log)["custom.leaving"]
    churn = measured.value.predict(measured.history, measured.time + 1).churn
    np.testing.assert_array_equal(leaving, (churn > 0.2)[truth.customer])


def test_who_does_not_ask_for_it_waits_for_the_last_model(simulated: Shop) -> None:
    trainer = Trainer(simulated, SETTINGS)
    assert not asked_for(trainer.recipe.names, SETTINGS)
    assert trainer.fit(cut()).value is None
