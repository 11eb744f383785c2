"""What segments are used for: slices of an evaluation, popularity, features of the ranker, guard rails."""

from collections.abc import Iterator

import numpy as np
import pytest

from features.arrays import Array, Codes
from features.matrix import feature_matrix
from features.pairs import Pairs
from features.settings import Settings
from features.tables import Shop
from features.touch import DEVICES
from tests.features.hand import bits
from tests.training.families import registered
from tests.training.futures import SETTINGS, cut
from training.candidates.popular_segment import PopularSegment, PopularSegmentConfig
from training.candidates.scores import Shared
from training.evaluation.truth import Truth
from training.gate.config import GateConfig
from training.recommender import Recommender
from training.segments.sliced import segment_slices
from training.trainer import Trainer

FAMILY = "features.families.segments"


@pytest.fixture(scope="module")
def measured(simulated: Shop) -> Recommender:
    return Trainer(simulated, SETTINGS).fit(cut())


def test_slices_are_the_segments_as_of_the_cut(simulated: Shop, measured: Recommender) -> None:
    truth = Truth.of(simulated.log, cut(), simulated.log.end)
    slices = segment_slices(measured, truth, simulated.log)
    standing = ["vip", "new", "at_risk", "lost", "regular", "prospect"]
    assert np.sum([slices[label] for label in standing], axis=0).tolist() == [1] * len(truth)
    assert not slices["prospect"].any()
    assert measured.segments is not None
    whole = measured.segments.everybody(measured.population_at(measured.time))
    assert slices["regular"].tolist() == whole.members("value.regular")[truth.customer].tolist()


def test_guards_watch_them() -> None:
    assert {"segment.vip/ndcg_at_20", "segment.at_risk/ndcg_at_20"} <= GateConfig().guards.keys()


def test_popularity_on_each_kind_of_device(simulated: Shop) -> None:
    trainer = Trainer(simulated, SETTINGS)
    snapshot = trainer.groundwork.snapshot(cut())
    generator = PopularSegment(PopularSegmentConfig(attribute="device"))
    generator.fit(snapshot)
    assert len(generator.popular) <= len(DEVICES)
    rows = np.arange(len(snapshot.history), dtype=np.int32)
    request = Trainer(simulated, SETTINGS).fit(cut()).questions.of_customers(rows, cut())
    scores = generator.scores(request)
    assert isinstance(scores, Shared)
    assert (scores.list >= 0).sum() > 20


@pytest.fixture
def family() -> Iterator[list[str]]:
    """The features of segments, registered as a shop that asks for them has them."""
    with registered(FAMILY) as names:
        yield names


def test_the_ranker_sees_them_where_it_is_asked_for(simulated: Shop, family: list[str]) -> None:
    settings = Settings.parse(f'[features]\nextra = ["{FAMILY}"]')
    assert set(family) <= set(Trainer(simulated, settings).recipe.names)
    assert len(family) == 7


def test_without_asking_they_are_not_there(simulated: Shop) -> None:
    assert "customer_spend_365" not in Trainer(simulated, SETTINGS).recipe.names


def test_features_are_the_same_alone(measured: Recommender, family: list[str]) -> None:
    rows = np.arange(len(measured.customers), dtype=np.int32)

    def matrix(some: Codes) -> Array:
        request = measured.questions.of_customers(some, measured.time)
        pairs = Pairs.of(np.arange(len(some), dtype=np.int32), np.zeros(len(some), np.int32))
        parts = (request.history, measured.catalogue, measured.market, pairs, measured.time)
        return bits(feature_matrix(*parts, profiles=request.profiles, names=family))

    together = matrix(rows)
    assert all(np.array_equal(matrix(rows[[row]])[0], together[row]) for row in range(0, len(rows), 9))
