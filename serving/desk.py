"""Desk: all that the service answers with."""

from dataclasses import dataclass

from serving.answers import Answers
from serving.cache import Cache
from serving.champion import Champion
from serving.clock import Clock
from serving.config import ServingConfig
from serving.display import Display
from serving.keeper import Keeper
from serving.live import Live
from serving.metrics import Metrics
from serving.recorder import Recorder


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
    recorder: Recorder
    display: Display

    @classmethod
    def open(cls, champion: Champion, keeper: Keeper, *, config: ServingConfig, clock: Clock) -> "Desk":
        """A desk that answers with a champion, and what the keeper's store knows beside it."""
        metrics = Metrics()
        recorder = Recorder(keeper.workspace, keeper.settings, clock=clock, metrics=metrics)
        display = Display(keeper.settings, recorder, clock=clock)
        live, cache = Live(keeper, champion.recommender.time), Cache(config.cache_mb << 20)
        answers = Answers(champion, clock=clock, cache=cache, metrics=metrics, live=live, display=display)
        return cls(answers, clock, metrics, config, keeper, recorder, display)

    @property
    def max_body(self) -> int:
        """Bytes."""
        return self.config.max_body_kb << 10

    def prepared(self, champion: Champion) -> Answers:
        """The answers of another model, with an empty cache of their own."""
        live, cache = Live(self.keeper, champion.recommender.time), Cache(self.config.cache_mb << 20)
        return Answers(champion, clock=self.clock, cache=cache, metrics=self.metrics, live=live, display=self.display)
