"""Calibration: whether a higher score means more purchases."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Codes, Doubles
from training.evaluation.lists import Ranked
from training.evaluation.metrics import hits_in
from training.evaluation.purchases import Purchases

BINS = 10


@dataclass(frozen=True)
class Calibration:
    """Listed products in ten groups of equal size by score, lowest first."""

    score: Doubles  # (B,) mean score
    rate: Doubles  # (B,) share bought
    size: Codes  # (B,) products listed

    @classmethod
    def of(cls, ranked: Ranked, bought: Purchases) -> "Calibration":
        """From lists and what the same customers bought; fewer groups where there are fewer products."""
        valid = ranked.products >= 0
        scores, hits = ranked.scores[valid], hits_in(ranked.products, bought)[valid]
        by = np.argsort(scores, kind="stable")
        groups = [group for group in np.array_split(by, BINS) if len(group)]
        return cls(
            np.array([scores[group].mean(dtype=np.float64) for group in groups]),
            np.array([hits[group].mean() for group in groups]),
            np.array([len(group) for group in groups], np.int32),
        )
