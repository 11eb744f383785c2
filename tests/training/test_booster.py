"""Boosters of one text have their trees in common, for as long as one of them is there."""

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest

from features.errors import BundleError
from training.booster import Booster
from training.boosting import lightgbm


def text(seed: int) -> str:
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(200, 3))
    data = lightgbm().Dataset(matrix, matrix[:, 0] > 0)
    grown = lightgbm().train({"objective": "binary", "verbose": -1, "num_threads": 1}, data, 3)
    return str(grown.model_to_string())


def test_the_same_text_is_read_once(tmp_path: Path) -> None:
    booster = Booster(text(1))
    booster.save(tmp_path / "0.txt")
    again, other = Booster.load(tmp_path / "0.txt"), Booster(text(2))
    assert again.forest is booster.forest
    assert again.library is booster.library
    assert other.forest is not booster.forest
    assert other.library is not booster.library


def test_nothing_is_held_that_nobody_has() -> None:
    booster = Booster(text(3))
    forest, library = weakref.ref(booster.forest), weakref.ref(booster.library)
    del booster
    gc.collect()
    assert forest() is None
    assert library() is None


def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "0.txt").write_text("tree")
    with pytest.raises(BundleError, match="not a LightGBM model"):
        Booster.load(tmp_path / "0.txt")
