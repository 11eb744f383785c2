"""Absence: why a product is not in a list, and which rule kept it out."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np

from features.arrays import Codes
from serving.policy.arranger import PlanArranger
from serving.policy.bars import CAPPED, COOLING, Barred
from serving.policy.choice import Choice
from serving.policy.config import Boost, Diversity, Exclude, Only, Sensitive
from serving.policy.plan import Plan
from serving.policy.policy import Standing
from training.query import Answer, Query
from training.ranking import Ranking
from training.recommender import Recommender
from training.request import Request

Because: TypeAlias = Literal[
    "unavailable",
    "excluded",
    "not_allowed",
    "filtered",
    "in_hand",
    "purchased",
    "capped",
    "cooling_down",
    "variant_listed",
    "limit_reached",
    "overtaken",
    "displaced",
    "diversified",
    "ranked_lower",
    "not_named",
]
WORDS: dict[Because, str] = {
    "unavailable": "the shop cannot sell it now",
    "excluded": "excluded by",
    "not_allowed": "not among the products of",
    "filtered": "the question's own filters leave it out",
    "in_hand": "it is in the cart, on the page, or was just bought",
    "purchased": "the customer bought it before, and the question leaves that out",
    "capped": "shown often enough, by",
    "cooling_down": "rests after what the customer did, by",
    "variant_listed": "another variant of it is in the list",
    "limit_reached": "the list has enough of its kind, by",
    "overtaken": "it ranks lower because of",
    "displaced": "its place went to products pinned by",
    "diversified": "the list has products like it, by",
    "ranked_lower": "it ranks below the end of the list",
    "not_named": "no generator named it for this customer",
}


@dataclass(frozen=True)
class Absence:
    """Why a product is not there."""

    because: Because
    rules: tuple[str, ...] = ()  # that kept it out
    place: int | None = None  # from 1, among what was ranked for the customer; None where it was not

    def __str__(self) -> str:
        words = " ".join(filter(None, [WORDS[self.because], ", ".join(f"'{name}'" for name in self.rules)]))
        return words if self.place is None else f"{words} (ranked {self.place})"


@dataclass(frozen=True)
class Absences:
    """Says why products are not in one answer."""

    model: Recommender
    standing: Standing | None  # the rules under which the answer was given
    query: Query
    answer: Answer
    n: int
    time: int

    def of(self, product: int) -> Absence:
        """One product's, by the first cause in the order in which lists are made."""
        return self._forbidden(product) or self._barred(product) or self._outdone(product)

    @cached_property
    def _listed(self) -> Codes:
        return self.model.products.indices([item.product_id for item in self.answer.items])

    @cached_property
    def _request(self) -> Request:
        return self.model.questions.request([self.query], self.time)

    @property
    def _plan(self) -> Plan | None:
        return None if self.standing is None else self.standing.plan

    @cached_property
    def _ranked(self) -> Ranking:
        """By score."""
        allowed = self.model.questions.allowed(self.query.filters)
        return self.model.ranked(self._request, allowed=self.standing.within(allowed) if self.standing else allowed)

    @cached_property
    def _boosted(self) -> Ranking:
        """The same as boosts have it."""
        return self._ranked if self._plan is None else PlanArranger(self._plan).boosted(self._ranked)[0]

    def _forbidden(self, product: int) -> Absence | None:
        model, filters = self.model, self.query.filters
        if not model.catalogue.available[product]:
            return Absence("unavailable")
        if excluding := self._hard(product, Exclude, Sensitive):
            return Absence("excluded", excluding)
        if narrow := self._hard(product, Only):
            return Absence("not_allowed", narrow)
        allowed = model.questions.allowed(filters)
        if allowed is not None and not allowed[product]:
            return Absence("filtered")
        if product in self._request.in_hand[1]:
            return Absence("in_hand")
        if filters.exclude_purchased and product in self._request.bought.product:
            return Absence("purchased")
        return None

    def _hard(self, product: int, *kinds: type[Choice]) -> tuple[str, ...]:
        """The rules of some kinds that let a product not be shown at all."""
        if self.standing is None:
            return ()
        rules = [rule for kind in kinds for rule in self.standing.of(kind)]
        return tuple(r.name for r in rules if self.standing.about(r)[product] != isinstance(r, Only))

    def _barred(self, product: int) -> Absence | None:
        if self._plan is not None and self._plan.bars:
            barred = Barred.of(self._plan.bars, self._request)
            if names := barred.names(0, product, COOLING):
                return Absence("cooling_down", tuple(names))
            if names := barred.names(0, product, CAPPED):
                return Absence("capped", tuple(names))
        parent = self.model.catalogue.parent
        if parent[product] >= 0 and parent[product] in parent[self._listed]:
            return Absence("variant_listed")
        return None

    def _outdone(self, product: int) -> Absence:
        place, before = _place(self._boosted, product), _place(self._ranked, product)
        if place is None or before is None:
            return Absence("not_named")
        pins = self._pins
        ordinary = [i for i in self._listed.tolist() if i not in pins]
        last = max((found for one in ordinary if (found := _place(self._boosted, one))), default=0)
        if place < last and (causes := self._full(product)):
            return Absence("limit_reached", causes, place)
        if place < last and (causes := self._mixed):
            return Absence("diversified", causes, place)
        if before <= self.n < place and (causes := self._boosts(product)):
            return Absence("overtaken", causes, place)
        if pins and place - last <= len(pins):
            return Absence("displaced", tuple(pins.values()), place)
        return Absence("ranked_lower", place=place)

    @property
    def _pins(self) -> dict[int, str]:
        """The pinned products of the list, and their rules."""
        plan = self._plan
        return {pin.product: pin.name for pin in (plan.pins if plan else ()) if pin.product in self._listed}

    @property
    def _mixed(self) -> tuple[str, ...]:
        return tuple(rule.name for rule in self.standing.of(Diversity)[:1]) if self.standing else ()

    def _full(self, product: int) -> tuple[str, ...]:
        """The limits that leave no room for a product."""
        return tuple(
            limit.name
            for limit in (self._plan.limits if self._plan else ())
            if (group := int(limit.group[product])) >= 0 and (limit.group[self._listed] == group).sum() >= limit.most
        )

    def _boosts(self, product: int) -> tuple[str, ...]:
        """Those that lower it, else those that raise what is listed."""
        if self.standing is None:
            return ()
        boosts = [(rule, self.standing.about(rule)) for rule in self.standing.of(Boost)]
        lower = tuple(rule.name for rule, about in boosts if rule.added < 0 and about[product])
        return lower or tuple(rule.name for rule, about in boosts if rule.added > 0 and about[self._listed].any())


def _place(ranking: Ranking, product: int) -> int | None:
    """From 1; None where it is not ranked."""
    at = np.flatnonzero(ranking.product == product)
    return int(at[0]) + 1 if len(at) else None
