"""Policy: the rules of a shop for one model, and which of them hold for a question."""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np

from features.arrays import Bools, Codes, Doubles
from features.kinds import Kind
from features.vocabulary import Vocabulary
from serving.policy.arranger import PlanArranger
from serving.policy.bars import CAPPED, COOLING, Bar, CapBar, CooldownBar, flags
from serving.policy.choice import Choice
from serving.policy.config import (
    Boost,
    Cap,
    Cooldown,
    Diversity,
    Exclude,
    Limit,
    Only,
    Pin,
    PolicyConfig,
    Sensitive,
)
from serving.policy.draft import GroupLimit
from serving.policy.likeness import ByBrand, ByCategory, ByNeighbours, Likeness, neighbours_of
from serving.policy.mix import Mix
from serving.policy.plan import PinnedProduct, Plan
from serving.policy.scope import Rule
from training.query import Filters, Item, Query
from training.recommender import Recommender
from training.rules import Rules

_MOST_PLANS = 32  # kept ready: one for each set of rules that hold together somewhere, and some bytes a product each

R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, eq=False)
class Standing(Rules):
    """Rules that hold together, by themselves and with what they mean for the model."""

    held: Sequence[Rule] = ()  # in the order of the kinds, then of the file
    plan: Plan | None = None
    masks: Mapping[str, Bools] = field(default_factory=dict)  # name of a rule -> (P,) the products it is about

    def of(self, kind: type[R]) -> list[R]:
        """Those of one kind."""
        return [rule for rule in self.held if isinstance(rule, kind)]

    def about(self, rule: Choice) -> Bools:
        """(P,) the products of a rule."""
        return self.masks[rule.name]

    def pinned(self, items: Sequence[Item], n: int, products: Vocabulary) -> set[int]:
        """The places, from 0, among the first `n` of a list whose product is pinned there."""
        pins = [] if self.plan is None else self.plan.pins
        listed = range(min(n, len(items)))
        return {p.place for p in pins if p.place in listed and items[p.place].product_id == products.id(p.product)}


class Policy:
    """The rules of `[policy]`, bound to a model. Names that the model does not know do nothing; see `naming`."""

    def __init__(self, config: PolicyConfig, recommender: Recommender) -> None:
        self.config = config
        self._model = recommender
        self._turns = sorted({moment for rule in config.rules for moment in rule.period if np.isfinite(moment)})
        self._ready: dict[tuple[int, ...], Standing | None] = {}
        self._masks: dict[str, Bools] = {}

    @classmethod
    def of(cls, config: PolicyConfig, recommender: Recommender) -> "Policy | None":
        """None where there are no rules, so that nothing has to ask."""
        return cls(config, recommender) if config.rules else None

    @cached_property
    def digest(self) -> str:
        """Tells one set of rules from another, for records of what was shown."""
        return hashlib.sha256(repr(self.config).encode()).hexdigest()[:12]

    def era(self, moment: int) -> int:
        """A number that changes whenever a rule begins or ends."""
        return bisect_right(self._turns, moment)

    def at(self, moment: int) -> "PolicyAt":
        """The policy at a moment."""
        return PolicyAt(self, moment)

    def standing(self, moment: int, placement: str | None, channel: str | None) -> Standing | None:
        """The rules that hold; None if none does."""
        rules = self.config.rules
        held = tuple(i for i, rule in enumerate(rules) if rule.holds(moment, placement, channel))
        if held not in self._ready:
            if len(self._ready) >= _MOST_PLANS:
                self._ready.clear()
            self._ready[held] = self._made([rules[i] for i in held]) if held else None
        return self._ready[held]

    def about(self, rule: Choice) -> Bools:
        """(P,) the products of a rule."""
        if rule.name not in self._masks:
            self._masks[rule.name] = self._matching(rule)
        return self._masks[rule.name]

    def _matching(self, rule: Choice) -> Bools:
        named = Filters(
            categories=rule.categories, brands=rule.brands, price_min=rule.price_min, price_max=rule.price_max
        )
        mask = self._model.questions.matching(named)
        if rule.products:
            found = self._model.products.indices(rule.products)
            mask &= np.isin(np.arange(len(mask)), found)
        return mask

    def _made(self, rules: Sequence[Rule]) -> Standing:
        plan = Plan(
            shelf=self._model.shelf,
            sources=len(self._model.sources),
            added=self._added([rule for rule in rules if isinstance(rule, Boost)]),
            bars=[self._bar(rule) for rule in rules if isinstance(rule, Cap | Cooldown)],
            pins=self._pinned([rule for rule in rules if isinstance(rule, Pin)]),
            mix=next((self._mix(rule) for rule in rules if isinstance(rule, Diversity)), None),
            limits=[self._limit(rule) for rule in rules if isinstance(rule, Limit)],
        )
        idle = plan.added is None and not plan.bars and not plan.one_by_one
        return Standing(self._allowed(rules), None if idle else PlanArranger(plan), rules, plan, self._masks)

    def _allowed(self, rules: Sequence[Rule]) -> Bools | None:
        masks = [self.about(rule) for rule in rules if isinstance(rule, Only)]
        masks += [~self.about(rule) for rule in rules if isinstance(rule, Exclude | Sensitive)]
        return np.logical_and.reduce(masks) if masks else None

    def _added(self, boosts: Sequence[Boost]) -> Doubles | None:
        if not boosts:
            return None
        added = np.zeros(len(self._model.catalogue))
        for rule in boosts:
            added[self.about(rule)] += rule.added
        return added

    def _pinned(self, pins: Sequence[Pin]) -> list[PinnedProduct]:
        """Those whose product the model knows, each product once."""
        product = self._model.products.indices([pin.product for pin in pins]).tolist()
        found = [PinnedProduct(pin.name, at, pin.position - 1) for pin, at in zip(pins, product, strict=True)]
        first = {pin.product: pin for pin in reversed(found) if pin.product >= 0}
        return sorted(first.values(), key=lambda pin: (pin.place, found.index(pin)))

    def _bar(self, rule: Cap | Cooldown) -> Bar:
        about, catalogue = self.about(rule), self._model.catalogue
        itself = np.arange(len(catalogue), dtype=np.int32)
        if isinstance(rule, Cap):
            return CapBar(rule.name, CAPPED, itself, about, rule.days, rule.shown)
        parent = catalogue.parent
        variants = np.where(parent >= 0, parent, parent.max(initial=-1) + 1 + itself).astype(np.int32)
        group = catalogue.category if rule.rests == "category" else variants
        after = flags(*(Kind[name.upper()] for name in rule.after))
        return CooldownBar(rule.name, COOLING, group, about, rule.days, after)

    def _limit(self, rule: Limit) -> GroupLimit:
        catalogue = self._model.catalogue
        groups: dict[str, Codes] = {
            "category": catalogue.category,
            "department": catalogue.department,
            "brand": catalogue.brand,
            "all": np.zeros(len(catalogue), np.int32),
        }
        return GroupLimit(rule.name, np.where(self.about(rule), groups[rule.by], -1).astype(np.int32), rule.most)

    def _mix(self, rule: Diversity) -> Mix:
        likeness = [found for name in rule.by if (found := self._likeness(name)) is not None]
        return Mix(likeness, rule.strength, rule.top, rule.among)

    def _likeness(self, name: str) -> Likeness | None:
        catalogue = self._model.catalogue
        if name == "category":
            return ByCategory.of(catalogue.category, catalogue.category_names)
        if name == "brand":
            return ByBrand(catalogue.brand)
        table = neighbours_of(self._model)
        return None if table is None else ByNeighbours(table)


@dataclass(frozen=True)
class PolicyAt:
    """A policy at one moment: a `training.rules.Policy`."""

    policy: Policy
    moment: int  # seconds since the epoch, UTC

    def rules(self, query: Query) -> Standing | None:
        """What holds for a question's placement and channel."""
        return self.policy.standing(self.moment, query.placement, query.channel)
