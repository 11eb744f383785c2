"""Desk: all that the service answers with."""

from dataclasses import dataclass

from serving.answers import Answers
from serving.cache import Cache
from serving.champion import Champion
from serving.clock import Clock
from serving.config import ServingConfig
from serving.keeper import Keeper
from serving.live import Live
from serving.metrics import Metrics


@dataclass
class Desk:
    """A model's answers, which another model's may replace, with what stays the same for all models.

    Whoever answers a request reads `answers` once and asks it for everything, so that no answer mixes two models.
    """

    answers: Answers
    clock: Clock
    metrics: Metrics
    config: ServingConfig
    keeper: Keeper

    @classmethod
    def open(cls, champion: Champion, keeper: Keeper, *, config: ServingConfig, clock: Clock) -> "Desk":
        """A desk that answers with a champion, and what the keeper's store knows beside it."""
        metrics = Metrics()
        return cls(_answers(champion, keeper, config, clock, metrics), clock, metrics, config, keeper)

    @property
    def max_body(self) -> int:
        """Bytes."""
        return self.config.max_body_kb << 10

    def prepared(self, champion: Champion) -> Answers:
        """The answers of another model, with an empty cache of their own."""
        return _answers(champion, self.keeper, self.config, self.clock, self.metrics)


def _answers(champion: Champion, keeper: Keeper, config: ServingConfig, clock: Clock, metrics: Metrics) -> Answers:
    live = Live(keeper, champion.recommender.time)
    return Answers(champion, clock=clock, cache=Cache(config.cache_mb << 20), metrics=metrics, live=live)
