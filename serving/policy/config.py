"""Settings of the policy: section `[policy]` of `esnaf.toml`, a table for each rule."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Literal, TypeAlias

from serving.policy.choice import Choice, SomeProducts
from serving.policy.scope import Rule

By: TypeAlias = Literal["category", "department", "brand", "all"]
Likeness: TypeAlias = Literal["category", "brand", "neighbours"]
Deed: TypeAlias = Literal["view", "click", "wishlist", "add_to_cart", "purchase"]

LAST_PLACE = 1_000  # of the longest list


@dataclass(frozen=True, kw_only=True)
class Exclude(SomeProducts):
    """Products that are not shown."""


@dataclass(frozen=True, kw_only=True)
class Only(SomeProducts):
    """The only products that are shown; of several such rules, each has to let a product pass."""


@dataclass(frozen=True, kw_only=True)
class Sensitive(SomeProducts):
    """Products that are not shown where others may look on; without `channels`, on those of `shared_channels`."""


@dataclass(frozen=True, kw_only=True)
class Pin(Rule):
    """A product at a fixed place."""

    product: str
    """Product id."""
    position: int = 1
    """Its place in the list, from 1; shorter lists have no such place."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.product:
            raise ValueError("product is empty; write a product id")
        if not 1 <= self.position <= LAST_PLACE:
            raise ValueError(f"position = {self.position} is not between 1 and {LAST_PLACE:,}")


@dataclass(frozen=True, kw_only=True)
class Boost(SomeProducts):
    """Products that move up, or down."""

    factor: float = 1.0
    """How many times as much a product counts; the logarithm is added to its score. Below 1 moves it down."""
    add: float = 0.0
    """What is added to its score as it stands; negative moves it down."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.factor <= 0:
            raise ValueError(f"factor = {self.factor} is not above 0; [[policy.exclude]] shows products not at all")
        if self.added == 0:
            raise ValueError("changes nothing; set factor to something else than 1, or add to something else than 0")

    @property
    def added(self) -> float:
        """What is added to a score. The ranker learns with a softmax over scores, whose weights are exp(score)."""
        return math.log(self.factor) + self.add


@dataclass(frozen=True, kw_only=True)
class Diversity(Rule):
    """The first places shared among products that are unlike; of several that hold, the first in the file counts."""

    by: tuple[Likeness, ...] = ("category",)
    """What makes products alike: steps of the category path in common, the brand, or being each other's neighbours."""
    strength: float = 0.3
    """From 0, the order of the scores, to 1, nothing but difference."""
    top: int = 20
    """Places that are shared out so."""
    among: int = 100
    """Best products that are looked at for these places."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.by:
            raise ValueError("by is empty; write one or more of category, brand, neighbours")
        if not 0 < self.strength <= 1:
            raise ValueError(f"strength = {self.strength} is not above 0 and at most 1")
        if not 1 <= self.top <= self.among <= LAST_PLACE:
            raise ValueError(f"top = {self.top} and among = {self.among}: write 1 <= top <= among <= {LAST_PLACE:,}")


@dataclass(frozen=True, kw_only=True)
class Limit(Choice):
    """How many products of one kind a list holds, among those that the rule is about."""

    by: By
    """What is one kind: a category (whole path), a department (its first step), a brand, or all together."""
    most: int
    """Products of one kind in a list."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.most < 1:
            raise ValueError(f"most = {self.most} is less than 1; [[policy.exclude]] shows products not at all")


@dataclass(frozen=True, kw_only=True)
class Cap(Choice):
    """Products that a customer was shown often enough, since they last took notice of them."""

    shown: int
    """Impressions after which the product is not shown."""
    days: float
    """Days within which these impressions count."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shown < 1:
            raise ValueError(f"shown = {self.shown} is less than 1")
        _check_days(self.days)


@dataclass(frozen=True, kw_only=True)
class Cooldown(Choice):
    """Products that rest for a customer who did something with them."""

    days: float
    """Days that they rest."""
    after: tuple[Deed, ...] = ("purchase",)
    """What they rest after."""
    rests: Literal["product", "category"] = "product"
    """What rests: the product and its variants, or all of its category."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.after:
            raise ValueError("after is empty; write one or more of view, click, wishlist, add_to_cart, purchase")
        _check_days(self.days)


@dataclass(frozen=True)
class PolicyConfig:
    """What lists may hold, and in which order, whatever the model says; see docs/policy.md. The rules of a kind are
    tables of its name, such as `[[policy.pins]]`."""

    shared_channels: tuple[str, ...] = ("email", "kiosk", "shared")
    """Channels where others may look on, `""` being requests that name none: for rules under `sensitive`."""
    exclude: tuple[Exclude, ...] = ()
    """Products that are not shown."""
    only: tuple[Only, ...] = ()
    """The only products that are shown."""
    sensitive: tuple[Sensitive, ...] = ()
    """Products that are not shown on shared channels."""
    pins: tuple[Pin, ...] = ()
    """Products at fixed places."""
    boosts: tuple[Boost, ...] = ()
    """Products that move up or down."""
    diversity: tuple[Diversity, ...] = ()
    """The first places shared among products that are unlike."""
    limits: tuple[Limit, ...] = ()
    """Most products of one category or brand in a list."""
    caps: tuple[Cap, ...] = ()
    """Products that a customer was shown often enough."""
    cooldowns: tuple[Cooldown, ...] = ()
    """Products that rest after a customer did something with them."""

    def __post_init__(self) -> None:
        places: dict[str, str] = {}
        for place, rule in self._places():
            if rule.name in places:
                raise ValueError(f"{places[rule.name]} and {place} are both called {rule.name!r}; rename one")
            places[rule.name] = place
        bare = [rule.name for rule in self.sensitive if not rule.channels]
        if bare and not self.shared_channels:
            raise ValueError(f"sensitive rule {bare[0]!r} names no channels, and shared_channels is empty; fill one")

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """All of them, in the order of the fields; those for shared channels name these."""
        return tuple(self._on_shared(rule) for _, rule in self._places())

    def _on_shared(self, rule: Rule) -> Rule:
        bare = isinstance(rule, Sensitive) and not rule.channels
        return replace(rule, channels=self.shared_channels) if bare else rule

    def _places(self) -> Iterator[tuple[str, Rule]]:
        for field in fields(self):
            for number, rule in enumerate(getattr(self, field.name)):
                if isinstance(rule, Rule):
                    yield f"{field.name}[{number}]", rule


def _check_days(days: float) -> None:
    if days <= 0:
        raise ValueError(f"days = {days} is not above 0")
