"""Repurchase: what the customer bought before, in the rhythm in which it is bought again."""

from dataclasses import dataclass

import numpy as np

from features.arrays import DAY, Doubles, Floats
from features.groups import Occasions
from training.candidates.base import Generator, Snapshot
from training.candidates.scores import Scores
from training.candidates.sparse import Csr
from training.request import Request


@dataclass(frozen=True)
class RepurchaseConfig:
    """Decayed counts, times how due the product is. Chosen on three past windows of Online Retail."""

    half_life: float = 90.0
    """Days after which a purchase counts half."""
    early: float = 0.1
    """Power of the share of the usual gap that has passed, before it has; 0 leaves the decayed count."""
    late: float = 0.5
    """Power of twice the usual gap over the days that have passed, after them; 0 leaves the decayed count."""


class Repurchase(Generator):
    """All past purchases, whoever makes them: strangers with a history too."""

    name = "repurchase"
    repeats = True
    gap: Floats  # (P,) usual days between two purchases by one customer; the shop's own where nobody bought twice

    def __init__(self, config: RepurchaseConfig = RepurchaseConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        gap = snapshot.market.gap
        known = np.isfinite(gap)
        usual = np.median(gap[known]) if known.any() else np.nan
        self.gap = np.where(known, gap, usual).astype(np.float32)

    def scores(self, request: Request) -> Scores:
        """Sparse: the products bought."""
        bought, time = request.bought, request.context.time
        counts = bought.decayed(time, self.config.half_life, width=len(self.gap))
        due = self._due(bought.occasions, self.gap[bought.product].astype(np.float64), time)
        return Csr(counts.offsets, counts.index, counts.value * due, counts.width)

    def _due(self, occasions: Occasions, gap: Doubles, time: int) -> Doubles:
        """(K,) 1 when the usual gap has passed, less just after a purchase and when it is long overdue."""
        own = occasions.gap
        usual = np.maximum(np.where(np.isnan(own), gap, own), 1.0)
        passed = np.maximum(time - occasions.last, 0) / DAY + 1.0
        due: Doubles = np.fmin(1.0, passed / (usual + 1.0)) ** self.config.early
        return due * np.fmin(1.0, (2.0 * usual + 1.0) / passed) ** self.config.late
