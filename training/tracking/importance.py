"""Importance: which features the ranker uses, by gain and by their part in its scores."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from features.arrays import Doubles, Floats

if TYPE_CHECKING:
    from lightgbm import Booster

MOST_ROWS = 400


@dataclass(frozen=True)
class Importance:
    """F features of a ranker."""

    names: list[str]
    gain: Doubles  # (F,) share of the trees' total gain
    shap: Doubles  # (F,) mean |contribution| to the score (Lundberg et al. 2020: exact for trees)

    @classmethod
    def of(cls, booster: "Booster", matrix: Floats) -> "Importance":
        """From a ranker and a feature matrix (M, F), of which evenly spaced rows are looked at."""
        gain = booster.feature_importance("gain").astype(np.float64)
        rows = matrix[:: max(1, len(matrix) // MOST_ROWS)][:MOST_ROWS]
        contributions = np.asarray(booster.predict(rows, pred_contrib=True, num_threads=1))[:, :-1]  # the last is bias
        return cls(booster.feature_name(), gain / max(gain.sum(), 1e-12), np.abs(contributions).mean(0))

    def csv(self) -> str:
        """A table of all features, the most used first."""
        order = np.argsort(-self.shap, kind="stable").tolist()
        rows = [f"{self.names[i]},{self.gain[i]:.6g},{self.shap[i]:.6g}" for i in order]
        return "\n".join(["feature,gain,shap", *rows, ""])
