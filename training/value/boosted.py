"""Boosted: trees that correct a model, so that few and small ones are enough."""

from typing import Any

import numpy as np

from features.arrays import Array, Doubles, Floats
from training.booster import Booster
from training.boosting import lightgbm
from training.value.facts import NAMES

LEAVES, LEAST, RATE = 4, 300, 0.05
POWER = (
    1.6  # of the mean that the variance of spend is proportional to: between counts and sums (jorgensen1987exponential)
)


def boosted(matrix: Floats, label: Array, start: Doubles, *, objective: str, trees: int, seed: int) -> Booster:
    """Trees over `NAMES` that begin from the raw scores `start` (N,) of another model."""
    library = lightgbm()
    data = library.Dataset(matrix, label.astype(np.float64), init_score=start, feature_name=list(NAMES))
    return Booster.of(library.train(_parameters(objective, seed), data, trees))


def _parameters(objective: str, seed: int) -> dict[str, Any]:
    return {
        "objective": objective,
        "tweedie_variance_power": POWER,
        "num_leaves": LEAVES,
        "min_data_in_leaf": LEAST,
        "learning_rate": RATE,
        "lambda_l2": 5.0,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "max_bin": 63,
        "boost_from_average": False,
        "num_threads": 1,
        "seed": seed,
        "deterministic": True,
        "force_col_wise": True,
        "verbose": -1,
    }
