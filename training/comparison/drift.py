"""Drift: how far one distribution of a model's inputs moved from another."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri

from features.arrays import Counts, Doubles

CHANCE = 0.001  # how rarely two samples of the same customers lie as far apart as `noise`


@dataclass(frozen=True)
class Drift:
    """Events by bin, in the data of a first and a second model."""

    name: str
    labels: tuple[str, ...]  # (B,) bins that hold any event
    first: Counts  # (B,)
    second: Counts  # (B,)
    customers: tuple[int, int]  # whose events they are

    @property
    def shares(self) -> tuple[Doubles, Doubles]:
        """(B,), (B,) the two distributions; where a bin is empty, half an event is added to each."""
        half = 0.5 if (self.first == 0).any() or (self.second == 0).any() else 0.0
        first, second = self.first + half, self.second + half
        return first / max(first.sum(), 1), second / max(second.sum(), 1)

    @property
    def psi(self) -> float:
        """Population stability index: sum over the bins of (q - p) ln(q / p) (yurdakul2018statistical)."""
        if min(self.customers) == 0:
            return 0.0
        p, q = self.shares
        return float(((q - p) * np.log(q / p)).sum())

    @property
    def noise(self) -> float:
        """What the index exceeds by chance once in a thousand times where nothing moved.

        Under equal distributions it follows (1 / n + 1 / m) chi-square with B - 1 degrees of freedom
        (yurdakul2018statistical); n and m are customers, as the events of one customer are alike.
        """
        if len(self.labels) < 2 or min(self.customers) == 0:
            return 0.0
        return float(chdtri(len(self.labels) - 1, CHANCE) * sum(1 / size for size in self.customers))

    def moved(self, limit: float) -> bool:
        """Whether the index lies above a limit, and chance does not explain it."""
        return self.psi > max(limit, self.noise)
