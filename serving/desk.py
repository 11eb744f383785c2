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
from serving.newcomers.config import NewcomersConfig
from serving.newcomers.newcomers import Newcomers
from serving.policy.config import PolicyConfig
from serving.policy.opening import opened
from serving.recorder import Recorder

_NO_RULES = PolicyConfig()


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
    rules: PolicyConfig
    recorder: Recorder
    display: Display

    @classmethod
    def open(
        cls,
        champion: Champion,
        keeper: Keeper,
        *,
        config: ServingConfig,
        clock: Clock,
        rules: PolicyConfig = _NO_RULES,
    ) -> "Desk":
        """A desk that answers with a champion under the shop's rules, and what the keeper's store knows beside it."""
        metrics = Metrics()
        recorder = Recorder(keeper.workspace, keeper.settings, clock=clock, metrics=metrics)
        display = Display(keeper.settings, recorder, clock=clock)
        answers = _answers(champion, keeper, config, clock=clock, metrics=metrics, rules=rules, display=display)
        return cls(answers, clock, metrics, config, keeper, rules, recorder, display)

    @property
    def max_body(self) -> int:
        """Bytes."""
        return self.config.max_body_kb << 10

    def prepared(self, champion: Champion) -> Answers:
        """The answers of another model, with an empty cache of their own."""
        return _answers(
            champion,
            self.keeper,
            self.config,
            clock=self.clock,
            metrics=self.metrics,
            rules=self.rules,
            display=self.display,
        )


def _answers(
    champion: Champion,
    keeper: Keeper,
    config: ServingConfig,
    *,
    clock: Clock,
    metrics: Metrics,
    rules: PolicyConfig,
    display: Display,
) -> Answers:
    model, settings = champion.recommender, keeper.settings.section("newcomers", NewcomersConfig)
    newcomers = Newcomers(model, settings, default=display.strangers_named)
    return Answers(
        champion,
        clock=clock,
        cache=Cache(config.cache_mb << 20),
        metrics=metrics,
        live=Live(keeper, model, newcomers.follower),
        display=display,
        newcomers=newcomers,
        policy=opened(rules, model),
    )
