"""Permission: which newcomers the question's filters and the shop's rules let be shown.

The rules are those of `serving.policy`, asked about facts instead of the arrays of a model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import DAY
from features.interests.names import key_of, within
from features.interests.told import Told
from features.kinds import Kind
from features.newcomers.facts import Facts
from features.recent import Deed
from serving.newcomers.arrivals import Arrivals
from serving.policy.choice import Choice
from serving.policy.config import Cap, Cooldown, Exclude, Limit, Only, Sensitive
from serving.policy.policy import Standing
from training.naming import steps
from training.query import Filters, Item, Query
from training.recommender import Recommender

_NOTICED = frozenset({Kind.VIEW, Kind.CLICK, Kind.WISHLIST, Kind.ADD_TO_CART, Kind.PURCHASE})


def matches(named: Choice | Filters, facts: Facts) -> bool:
    """Whether a product is in one of the categories, of one of the brands and within the bounds; empty is any."""
    own = steps(facts.category) if facts.category else ()
    paths = [steps(path) for path in named.categories]
    low = -np.inf if named.price_min is None else named.price_min
    high = np.inf if named.price_max is None else named.price_max
    bounded = named.price_min is not None or named.price_max is not None
    return (
        (not paths or any(bool(own) and own[: len(path)] == path for path in paths))
        and (not named.brands or (bool(facts.brand) and steps(facts.brand) in map(steps, named.brands)))
        and (not bounded or low <= facts.price <= high)
    )


def about(rule: Choice, facts: Facts) -> bool:
    """Whether a rule is about a product."""
    return matches(rule, facts) and (not rule.products or facts.product_id in rule.products)


@dataclass(frozen=True)
class Permission:
    """For one question under the rules that hold for it."""

    model: Recommender
    arrivals: Arrivals
    query: Query
    standing: Standing | None
    moment: int  # seconds since the epoch, UTC

    def given(self, facts: Facts) -> bool:
        """Whether a newcomer may be shown at all; `room` says beside what."""
        filters = self.query.filters
        if not facts.available or not matches(filters, facts) or facts.product_id in filters.exclude_products:
            return False
        if self.query.told is not None and _unwanted(self.query.told, facts):
            return False
        return self.standing is None or (self._allowed(self.standing, facts) and not self._barred(self.standing, facts))

    def room(self, facts: Facts, listed: Sequence[Item]) -> bool:
        """Whether the limits leave room beside what is listed."""
        limits = [] if self.standing is None else self.standing.of(Limit)
        return not any(
            about(rule, facts) and self._share(rule, facts, listed) >= rule.most
            for rule in limits
            if rule.by == "all" or getattr(facts, rule.by)
        )

    def _allowed(self, standing: Standing, facts: Facts) -> bool:
        never = any(about(rule, facts) for kind in (Exclude, Sensitive) for rule in standing.of(kind))
        return not never and all(about(rule, facts) for rule in standing.of(Only))

    def _barred(self, standing: Standing, facts: Facts) -> bool:
        own = [deed for deed in self.query.recent if deed.product_id == facts.product_id]
        return any(about(rule, facts) and self._capped(rule, own) for rule in standing.of(Cap)) or any(
            self._resting(rule, facts) for rule in standing.of(Cooldown)
        )

    def _capped(self, rule: Cap, own: Sequence[Deed]) -> bool:
        noticed = max((deed.time for deed in own if deed.kind in _NOTICED), default=0)
        start = max(noticed, int(self.moment - rule.days * DAY))
        return sum(deed.kind == Kind.IMPRESSION and deed.time > start for deed in own) >= rule.shown

    def _resting(self, rule: Cooldown, facts: Facts) -> bool:
        """Whether the customer did something that makes the product, or all of its category, rest."""
        kinds = {Kind[name.upper()] for name in rule.after}
        start = self.moment - rule.days * DAY
        for deed in self.query.recent:
            if deed.kind in kinds and deed.time > start and deed.product_id is not None:
                done = self._facts(deed.product_id)
                same = done.product_id == facts.product_id
                if about(rule, done) and (same or (rule.rests == "category" and _same(done.category, facts.category))):
                    return True
        return rule.rests == "category" and self._rested_before(rule, facts, kinds, start)

    def _rested_before(self, rule: Cooldown, facts: Facts, kinds: set[Kind], start: float) -> bool:
        """The same for what the model has of the customer."""
        row = self.model.customers.index(self.query.customer_id or "")
        if row < 0 or self.standing is None:
            return False
        history = self.model.history.take(np.array([row]))
        done = history.product[(history.time > start) & np.isin(history.kind, [*kinds]) & (history.product >= 0)]
        done = done[self.standing.about(rule)[done]]
        codes = {int(code) for code in self.model.catalogue.category[done] if code >= 0}
        return any(_same(self.model.catalogue.category_names[code], facts.category) for code in codes)

    def _share(self, rule: Limit, facts: Facts, listed: Sequence[Item]) -> int:
        """How many of the listed products are of the same kind, as far as the rule is about them."""
        others = [self._facts(item.product_id) for item in listed]
        return sum(
            about(rule, other) and (rule.by == "all" or _same(getattr(other, rule.by), getattr(facts, rule.by)))
            for other in others
        )

    def _facts(self, product_id: str) -> Facts:
        """Of any product."""
        arrival, index = self.arrivals.get(product_id), self.model.products.index(product_id)
        if index < 0:
            return Facts(product_id) if arrival is None else arrival.facts
        catalogue, market = self.model.catalogue, self.model.market
        category, brand = int(catalogue.category[index]), int(catalogue.brand[index])
        price = float(catalogue.price[index])
        return Facts(
            product_id,
            category=catalogue.category_names[category] if category >= 0 else "",
            brand=catalogue.brand_names[brand] if brand >= 0 else "",
            price=float(market.price_28[index]) if np.isnan(price) else price,
        )


def _unwanted(told: Told, facts: Facts) -> bool:
    """Whether it is of what the customer does not want to be known for, and has not declared since."""
    keys = [key_of(name) for name in (facts.category, facts.brand) if name]

    def of(name: str) -> bool:
        return any(within(key, key_of(name)) for key in keys)

    return any(map(of, told.removed)) and not any(of(one.name) for one in told.declared or ())


def _same(one: str, other: str) -> bool:
    return bool(one) and bool(other) and steps(one) == steps(other)
