"""Boosted: trees that correct a model, so that few and small ones are enough."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from features.arrays import Array, Doubles, Floats
from features.kept import kept
from training.booster import Booster
from training.boosting import lightgbm
from training.value.facts import NAMES, bent

if TYPE_CHECKING:
    from lightgbm import Dataset

LEAVES, LEAST, RATE = 4, 300, 0.05
POWER = (
    1.6  # of the mean that the variance of spend is proportional to: between counts and sums (jorgensen1987exponential)
)


class Rows:
    """The facts (K, F) of some windows, the newest first; what several models read off them is worked out once."""

    def __init__(self, known: Sequence[Floats], *, seed: int) -> None:
        self.known = known
        self._seed = seed

    @kept
    def matrix(self) -> Floats:
        """(N, F) of all windows."""
        return np.concatenate(self.known)

    @kept
    def bent(self) -> list[Doubles]:
        """(K, B) of each window, for a linear model."""
        return [bent(own) for own in self.known]

    def boosted(self, label: Array, start: Doubles, *, objective: str, trees: int) -> Booster:
        """Trees over `NAMES` that begin from the raw scores `start` (N,) of another model."""
        data = self._data
        data.set_label(label.astype(np.float64))
        data.set_init_score(start)
        return Booster.of(lightgbm().train(_parameters(objective, self._seed), data, trees))

    @kept
    def _data(self) -> "Dataset":
        """Cut into bins."""
        parameters = _parameters("none", self._seed)
        data: Dataset = lightgbm().Dataset(self.matrix, feature_name=list(NAMES), params=parameters)
        return data.construct()


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
