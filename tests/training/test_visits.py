"""The visit ranker learns what a visit adds to the ranker's scores."""

from pathlib import Path

import numpy as np
import pytest

from features.arrays import Bools, Floats
from features.errors import BundleError
from features.settings import Settings
from features.tables import Shop
from features.visit import NAMES
from tests.training.futures import SETTINGS
from training.recommender import Recommender
from training.trainer import Trainer
from training.visits import FILE, VisitRanker

LOOKS, BASE = NAMES.index("looks"), NAMES.index("base")


def planted(pairs: int = 6_000) -> tuple[Floats, Bools]:
    """What was looked at is bought in nine of ten cases, and the ranker knows nothing."""
    random = np.random.default_rng(3)
    matrix = np.full((pairs, len(NAMES)), np.nan, np.float32)
    matrix[:, LOOKS] = random.random(pairs) < 0.1
    matrix[:, BASE] = random.normal(-2, 1, pairs)
    return matrix, (matrix[:, LOOKS] > 0) & (random.random(pairs) < 0.9)


def test_it_finds_what_was_planted() -> None:
    matrix, bought = planted()
    ranker = VisitRanker.fit(matrix, bought, seed=1)
    assert ranker is not None
    added = ranker.scores(matrix)
    assert added[bought].mean() > added[~bought].mean() + 3


def test_too_little_teaches_nothing() -> None:
    assert VisitRanker.fit(*planted(500), seed=1) is None


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    matrix, bought = planted()
    ranker = VisitRanker.fit(matrix, bought, seed=1)
    assert ranker is not None
    ranker.save(tmp_path)
    assert np.array_equal(VisitRanker.load(tmp_path).scores(matrix), ranker.scores(matrix))
    (tmp_path / FILE).write_text("no model")
    with pytest.raises(BundleError, match="train the model again"):
        VisitRanker.load(tmp_path)


def test_a_shop_may_do_without(simulated: Shop) -> None:
    values = {**SETTINGS.values, "training": {**SETTINGS.values.get("training", {}), "visits": 0}}
    model = Trainer(simulated, Settings(values)).fit(simulated.log.end, complete=True)
    assert model.visits is None


def test_the_bundle_has_it_where_visits_taught_something(whole: Recommender, loaded: Recommender) -> None:
    assert (loaded.visits is None) == (whole.visits is None)
