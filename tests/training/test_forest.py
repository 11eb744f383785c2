"""Forests against the library that grew them."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from features.arrays import Floats
from training import _sieve
from training.boosting import lightgbm
from training.forest import NODE, Forest
from training.sieve import TEST, Sieve

ROWS = 3_000


def awkward(seed: int) -> Floats:
    """Values with ties, gaps, zeros, infinities and numbers that float32 cannot hold exactly."""
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(ROWS, 6)).astype(np.float32)
    matrix[:, 1] = random.integers(0, 4, ROWS)
    matrix[random.random(matrix.shape) < 0.2] = np.nan
    matrix[:, 2] = np.where(np.isnan(matrix[:, 2]), 0.0, matrix[:, 2])  # never missing in training
    matrix[:, 3] = np.round(matrix[:, 3], 1)
    matrix[random.random(ROWS) < 0.02, 4] = np.inf
    return matrix


def grown(
    matrix: Floats, categories: Sequence[int] | str = "auto", **parameters: object
) -> tuple[Forest, Callable[[Floats], object]]:
    random = np.random.default_rng(1)
    label = np.nan_to_num(matrix[:, :3], posinf=9.0).sum(axis=1) + random.normal(size=len(matrix)) > 0
    library = lightgbm()
    data = library.Dataset(matrix, label.astype(np.float32), categorical_feature=categories)
    settings = {"objective": "binary", "num_leaves": 31, "verbose": -1, "num_threads": 1, **parameters}
    booster = library.train(settings, data, 20)
    return Forest.of(booster.model_to_string()), lambda rows: booster.predict(rows, raw_score=True, num_threads=1)


@pytest.fixture(params=[pytest.param(1, marks=pytest.mark.skipif(not _sieve.AVAILABLE, reason="no AVX2")), 0])
def _processor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """This one as far as it can, and one that can do less."""
    monkeypatch.setattr(_sieve, "AVAILABLE", request.param)


@pytest.mark.usefixtures("_processor")
@pytest.mark.parametrize("leaves", [2, 9, 31, 64, 65])
@pytest.mark.parametrize("rows", [1, 7, 8, 9, 33, ROWS])
def test_scores_are_the_library_s_to_the_last_bit(rows: int, leaves: int) -> None:
    matrix = awkward(1)
    forest, predicted = grown(matrix, num_leaves=leaves)
    assert (forest.sieve is None) == (leaves > 64 or not _sieve.AVAILABLE)
    other = awkward(2)[:rows]
    other[::3, 2] = np.nan  # missing where it never was
    np.testing.assert_array_equal(forest.scores(other), predicted(other))


def test_one_row_has_the_score_that_it_has_among_others() -> None:
    matrix = awkward(3)
    forest, _ = grown(matrix)
    whole = forest.scores(matrix)
    for row in (0, 5, 31, 32, ROWS - 1):
        assert forest.scores(matrix[row : row + 1])[0] == whole[row]


@pytest.mark.usefixtures("_processor")
def test_trees_without_a_split() -> None:
    matrix = awkward(4)
    forest, predicted = grown(matrix, min_data_in_leaf=ROWS)
    np.testing.assert_array_equal(forest.scores(matrix), predicted(matrix))


@pytest.mark.usefixtures("_processor")
def test_no_rows() -> None:
    forest, _ = grown(awkward(5))
    assert forest.scores(np.zeros((0, 6), np.float32)).tolist() == []


def test_what_is_not_known_here_is_refused() -> None:
    matrix = np.abs(np.nan_to_num(np.round(awkward(6)), posinf=3.0))
    with pytest.raises(ValueError, match="categories"):
        grown(matrix, [1])
    with pytest.raises(ValueError, match="zero is missing"):
        grown(matrix, zero_as_missing=True)


def test_another_number_of_features_is_refused() -> None:
    forest, _ = grown(awkward(7))
    with pytest.raises(ValueError, match="5 features where the trees read 6"):
        forest.scores(np.zeros((2, 5), np.float32))


def test_no_trees_add_up_to_nothing() -> None:
    sieve = Sieve.of(np.zeros(0, NODE), np.zeros(0), np.zeros(0, np.int32))
    if sieve is not None:
        assert sieve.scores(awkward(8)[:3]).tolist() == [0.0] * 3


def test_what_does_not_fit_is_refused() -> None:
    tests, ends, value, starts = np.zeros(0, TEST), np.zeros(2, np.int32), np.zeros(1), np.zeros(1, np.int32)
    matrix = awkward(9)
    for wrong in (
        (ends, ends, value, starts, matrix),
        (tests, value, value, starts, matrix),
        (tests, ends, value, starts, matrix[0]),
        (tests, ends, value, starts, matrix[:, ::2]),
        (tests, ends, value, starts),
    ):
        with pytest.raises(TypeError):
            _sieve.scores(*wrong)
