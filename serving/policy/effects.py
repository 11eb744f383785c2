"""Effects: which rules put each product of a list where it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from features.arrays import Codes
from serving.policy.bars import CAPPED, COOLING, Barred
from serving.policy.config import Boost
from serving.policy.plan import Plan
from serving.policy.policy import Standing
from training.query import Answer, Item, Query
from training.recommender import Recommender
from training.rules import IN_COOLDOWN, OVER_CAP, OVER_LIMIT

FADING = "fading"  # what is no rule of the policy, but of section `[fading]`
_LEVELS = {OVER_CAP: CAPPED, IN_COOLDOWN: COOLING}


@dataclass(frozen=True)
class Effect:
    """What a rule did with a product of a list."""

    rule: str
    effect: Literal["pinned", "raised", "lowered", "gave_way", "faded"]


def effects(
    standing: Standing | None, model: Recommender, query: Query, answer: Answer, *, n: int, time: int
) -> list[list[Effect]]:
    """For each product of an answer that was given under these rules, as of `time`, when `n` were asked for."""
    faded = [[Effect(FADING, "faded")] if item.product_id in query.faded else [] for item in answer.items]
    if standing is None or standing.plan is None:
        return faded
    seen = _Seen(standing, standing.plan, model, answer.items, n)
    barred = None
    if any(item.source in _LEVELS for item in answer.items):
        barred = Barred.of(standing.plan.bars, model.questions.request([query], time))
    return [[*seen.of(place, barred), *own] for place, own in enumerate(faded)]


@dataclass(frozen=True)
class _Seen:
    standing: Standing
    plan: Plan
    model: Recommender
    items: Sequence[Item]
    n: int

    @cached_property
    def _listed(self) -> Codes:
        return self.model.products.indices([item.product_id for item in self.items])

    def of(self, place: int, barred: Barred | None) -> Iterator[Effect]:
        item, product = self.items[place], int(self._listed[place])
        gave_way = item.source == OVER_LIMIT or item.source in _LEVELS
        for pin in self.plan.pins:
            if pin.product == product and pin.place < self.n and not gave_way:
                yield Effect(pin.name, "pinned")
        for rule in self.standing.of(Boost) if product >= 0 else ():  # newer than the model are not moved
            if self.standing.about(rule)[product]:
                yield Effect(rule.name, "raised" if rule.added > 0 else "lowered")
        if item.source == OVER_LIMIT:
            yield from (Effect(name, "gave_way") for name in self._full(product))
        elif gave_way and barred is not None:
            yield from (Effect(name, "gave_way") for name in barred.names(0, product, _LEVELS[item.source]))

    def _full(self, product: int) -> Iterator[str]:
        """The limits that the list exceeds with a product."""
        for limit in self.plan.limits:
            group = int(limit.group[product])
            if group >= 0 and (limit.group[self._listed] == group).sum() > limit.most:
                yield limit.name
