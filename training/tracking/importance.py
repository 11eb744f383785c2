"""Importance: which features the ranker uses, by gain and by their part in its scores."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Doubles, Floats
from training.ranker import Ranker

MOST_ROWS = 100


@dataclass(frozen=True)
class Importance:
    """F features of a ranker."""

    names: list[str]
    gain: Doubles  # (F,) share of the trees' total gain
    shap: Doubles  # (F,) mean |contribution| to the score (Lundberg et al. 2020: exact for trees)

    @classmethod
    def of(cls, ranker: Ranker, matrix: Floats) -> "Importance":
        """From a ranker and a feature matrix (M, F), of which evenly spaced rows are looked at."""
        rows = matrix[:: max(1, len(matrix) // MOST_ROWS)][:MOST_ROWS]
        contributions = ranker.contributions(rows)[:, :-1]  # the last is the base
        return cls(list(ranker.names), ranker.gain, np.abs(contributions).mean(0))

    def csv(self) -> str:
        """A table of all features, the most used first."""
        order = np.argsort(-self.shap, kind="stable").tolist()
        rows = [f"{self.names[i]},{self.gain[i]:.6g},{self.shap[i]:.6g}" for i in order]
        return "\n".join(["feature,gain,shap", *rows, ""])
