"""Desk: all that the service answers with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_

from features.consent.purposes import ALL, KEEPING, Consent, Purpose
from serving.answers import Answers
from serving.cache import Cache
from serving.champion import Champion
from serving.clock import Clock
from serving.config import ServingConfig
from serving.display import Display
from serving.keeper import Keeper
from serving.live import Live
from serving.metrics import Metrics
from serving.names import Names
from serving.newcomers.config import NewcomersConfig
from serving.newcomers.newcomers import Newcomers
from serving.persons import Persons
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
    names: Names

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
        recorder = Recorder(keeper.workspace, keeper.settings, clock=clock, metrics=metrics, keeper=keeper)
        display = Display(keeper.settings, recorder, clock=clock)
        names = Names(keeper, keeper.settings)
        answers = _answers(
            champion, keeper, config, clock=clock, metrics=metrics, rules=rules, display=display, names=names
        )
        return cls(answers, clock, metrics, config, keeper, rules, recorder, display, names)

    def keeps(self, ids: Iterable[str]) -> Mapping[str, bool]:
        """Whether what is done under each of some ids may be kept, as of now."""
        self.answers.live.follow()
        return {id: bool(self.granting(id) & KEEPING) for id in ids}

    def allows(self, who: str, purpose: Purpose) -> bool:
        """Whether somebody grants a purpose, as of now; who was erased grants nothing."""
        live = self.answers.live
        live.follow()
        erased = map(self.keeper.register.erased, live.persons.known_as(who))
        return not any(erased) and bool(self.granting(who) & purpose)

    def granting(self, who: str) -> int:
        """The purposes that somebody grants by what they said to the shop, else by what the model knows; who refused
        under one id refused. As of the last look."""
        ids = self.answers.live.persons.known_as(who)
        said = reduce(Consent.beside, filter(None, map(self.keeper.register.stated, ids)), Consent())
        return said.granting(self.granted(*ids))

    def granted(self, *ids: str) -> int:
        """The purposes that somebody with these ids grants as far as the model knows, else as is set."""
        model = self.answers.champion.recommender
        known = [int(model.profiles.consent[index]) for id in ids if (index := model.questions.index(id)) >= 0]
        return reduce(and_, known) if known else ALL if self.display.granted else 0

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
            names=self.names,
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
    names: Names,
) -> Answers:
    model, settings = champion.recommender, keeper.settings.section("newcomers", NewcomersConfig)
    persons, register = Persons(model), keeper.register
    newcomers = Newcomers(model, settings, default=display.granted, register=register, known_as=persons.known_as)
    return Answers(
        champion,
        clock=clock,
        cache=Cache(config.cache_mb << 20),
        metrics=metrics,
        live=Live(keeper, model, newcomers.follower, persons=persons),
        display=display,
        newcomers=newcomers,
        policy=opened(rules, model),
        names=names,
    )
