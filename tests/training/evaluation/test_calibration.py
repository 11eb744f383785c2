"""Scores against purchases, by decile."""

import numpy as np

from tests.training.evaluation.small import purchases_of
from training.evaluation.calibration import Calibration
from training.evaluation.lists import Ranked


def test_groups_go_from_the_lowest_score_to_the_highest() -> None:
    products = np.arange(20, dtype=np.int32)[None, :]
    scores = -np.arange(20, dtype=np.float32)[None, :]
    found = Calibration.of(Ranked(products, scores), purchases_of([0, 1, 2]))
    assert found.rate.tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 0.5, 1]
    assert (np.diff(found.score) > 0).all()
    assert found.size.tolist() == [2] * 10


def test_padding_is_not_in_any_group() -> None:
    ranked = Ranked(np.array([[4, -1, -1]], np.int32), np.array([[1.0, -np.inf, -np.inf]], np.float32))
    found = Calibration.of(ranked, purchases_of([4]))
    assert found.rate.tolist() == [1]
    assert found.size.tolist() == [1]
