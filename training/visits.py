"""Visit ranker: what a visit that is under way adds to the scores of the ranker.

The ranker knows a customer's history and looks weeks ahead; a visitor who is looking for something now tells more by
the last clicks. A small booster learns it from the visits of the newest label window: it begins from the ranker's own
scores, and so adds only what the visit says (gradient boosting, friedman2001greedy).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from features.arrays import Bools, Doubles, Floats
from features.visit import NAMES
from training.booster import Booster
from training.boosting import lightgbm

FILE = "visits.txt"
TREES, RATE, LEAVES, LEAST = 60, 0.1, 15, 50
FEWEST = 200  # products bought later in a visit that are worth learning from
STEPS = 20  # of Newton's method, which needs about five


@dataclass(frozen=True)
class VisitRanker:
    """A booster over `features.visit.NAMES`."""

    booster: Booster

    @classmethod
    def fit(cls, matrix: Floats, bought: Bools, *, seed: int) -> Self | None:
        """Learn from M pairs, of which some were bought later in the visit; None where there are too few."""
        if int(bought.sum()) < FEWEST:
            return None
        library, base = lightgbm(), matrix[:, NAMES.index("base")].astype(np.float64)
        start = base + _offset(base, bought)
        data = library.Dataset(matrix, bought.astype(np.float32), init_score=start, feature_name=list(NAMES))
        parameters = {
            "objective": "binary",
            "learning_rate": RATE,
            "num_leaves": LEAVES,
            "min_data_in_leaf": LEAST,
            "num_threads": 2,
            "seed": seed,
            "deterministic": True,
            "force_col_wise": True,
            "verbose": -1,
        }
        return cls(Booster.of(library.train(parameters, data, TREES)))

    def scores(self, matrix: Floats) -> Doubles:
        """(M,) what is added to the ranker's scores."""
        return self.booster.scores(matrix)

    def save(self, folder: Path) -> None:
        """Write the booster."""
        self.booster.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; BundleError where it is not a model."""
        return cls(Booster.load(folder / FILE))


def _offset(base: Doubles, bought: Bools) -> float:
    """What makes the scores foretell as many purchases as there were: lists do not depend on it, trees need not learn
    it."""
    offset, wanted = 0.0, float(bought.mean())
    for _ in range(STEPS):
        chance = 1.0 / (1.0 + np.exp(-(base + offset)))
        slope = float((chance * (1.0 - chance)).mean())
        offset += float(np.clip((wanted - chance.mean()) / max(slope, 1e-9), -2.0, 2.0))
    return offset
