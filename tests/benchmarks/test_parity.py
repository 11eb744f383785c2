"""The benchmark of parity, and that it sees what it looks for."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.parity import features_unequal, measure
from features.arrays import Array
from features.registry import REGISTRY, feature
from features.view import View
from tests.training.futures import SETTINGS, shop
from training import pointer
from training.recommender import Recommender
from training.trainer import Trainer


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, of = tmp_path_factory.mktemp("shop"), shop()
    bundle = folder / "bundles" / "1"
    Trainer(of, SETTINGS).fit(of.log.end, complete=True).save(bundle)
    pointer.replace(folder, pointer.Pointer("1", bundle))
    return folder


@pytest.fixture
def batch_size() -> Iterator[None]:
    """A feature that breaks the rule."""

    @feature(family="mine", unit="pairs")
    def pairs_in_the_batch(view: View) -> Array:
        """How many pairs are asked about together."""
        return np.full(len(view.row), len(view.row))

    yield
    del REGISTRY["pairs_in_the_batch"]


@pytest.mark.service
@pytest.mark.bench
def test_nobody_differs(workspace: Path) -> None:
    figures = measure(Namespace(data=None, workspace=workspace, customers=40))
    assert figures == {"customers": 40, "features_unequal": 0, "lists_unequal": 0, "items": 800}


@pytest.mark.usefixtures("batch_size")
def test_a_feature_that_depends_on_the_batch_is_seen(workspace: Path) -> None:
    model = Recommender.load(pointer.find(workspace).bundle)
    assert features_unequal(model, np.arange(5, dtype=np.int32)) == [0, 1, 2, 3, 4]
