"""Blend: factors and the random walk in one score; what one of them misses the other often has."""

from dataclasses import dataclass, field

import numpy as np

from training.candidates.als import Als, AlsConfig
from training.candidates.base import Generator, Snapshot
from training.candidates.rp3beta import Rp3beta, Rp3betaConfig
from training.candidates.scores import NONE, Scores
from training.request import Request


@dataclass(frozen=True)
class BlendConfig:
    """An option, for lists without a ranker; the ranker blends better where there is one."""

    als: AlsConfig = field(default_factory=AlsConfig)
    """Of the factors, whose scores lie between about 0 and 1."""
    rp3beta: Rp3betaConfig = field(default_factory=Rp3betaConfig)
    """Of the walk, whose scores are divided by the customer's highest."""
    weight: float = 1.0
    """Of the walk against the factors."""


class Blend(Generator):
    """A product's score is that of `als` plus weight x that of `rp3beta`; without one of them, the other's alone."""

    name = "blend"
    als: Als
    rp3beta: Rp3beta

    def __init__(self, config: BlendConfig = BlendConfig()) -> None:
        self.config = config
        self.als, self.rp3beta = Als(config.als), Rp3beta(config.rp3beta)

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        self.als.fit(snapshot, previous.als if isinstance(previous, Blend) else None)
        self.rp3beta.fit(snapshot)

    def scores(self, request: Request) -> Scores:
        """Sums."""
        near, reached = self.als.scores(request), self.rp3beta.scores(request)
        neither = (near == NONE) & (reached == NONE)
        highest = np.maximum(reached.max(axis=1, initial=0.0, keepdims=True), np.finfo(float).tiny)
        np.maximum(reached, 0.0, out=reached)
        reached *= self.config.weight / highest
        reached += np.maximum(near, 0.0, out=near)
        reached[neither] = NONE
        return reached
