"""Settings of training, one dataclass for each section of `esnaf.toml`."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from features.kinds import WITHOUT_PRODUCT, Kind

Objective: TypeAlias = Literal["conversion", "revenue", "margin"]
Loss: TypeAlias = Literal["binary", "rank_xendcg", "lambdarank"]

LABELS = tuple(kind.name.lower() for kind in Kind if kind not in {*WITHOUT_PRODUCT, Kind.REFUND})
"""Event types that a list may be made to foresee."""

SIZES = {
    "repurchase": 400,
    "popular": 30,
    "popular_segment": 20,
    "trending": 10,
    "same_category": 30,
    "words": 30,
}
"""Candidates of the generators that name more or fewer than the others."""


@dataclass(frozen=True)
class TrainingConfig:
    """Section `[training]`: what is learned from, and from when."""

    shop: str = "shop"
    """Name of the MLflow experiment, and of the registered model `SHOP-recommender`."""
    horizon: int = 28
    """Days that a list looks ahead: the length of every label window."""
    windows: int = 12
    """Past label windows that the ranker learns from, at most."""
    stride: int = 28
    """Days between two of them."""
    min_history: int = 56
    """Days of events that must lie before a window."""
    customers: int = 24_000
    """Customers that the ranker learns from in all windows together, at most; more are sampled."""
    visits: int = 1_000
    """Visits of the newest window that the visit ranker learns from, at most; 0 leaves it away."""
    seed: int = 1
    """Of every sample and random start."""
    objective: Objective = "conversion"
    """What a purchase is worth: 1, its price, or its price less its cost."""
    event_weights: dict[str, float] = field(default_factory=lambda: {"purchase": 1.0})
    """What an event in the window is worth as a label, by type; types that are not named are no labels."""
    figures: bool = True
    """Whether the figures of a run are drawn for MLflow, which takes a second or two."""

    @property
    def customers_a_window(self) -> int:
        """At most a quarter of all: a ranker should know more than one season, however large the shop."""
        return max(1, self.customers // 4)

    def __post_init__(self) -> None:
        _at_least(self, 1, "horizon", "windows", "stride", "min_history", "customers")
        _at_least(self, 0, "seed", "visits")
        for name, weight in self.event_weights.items():
            if name not in LABELS:
                raise ValueError(f"event_weights: '{name}' cannot be foreseen; use {', '.join(LABELS)}")
            if weight < 0:
                raise ValueError(f"event_weights.{name} = {weight}: must be 0 or more")
        if not any(self.event_weights.values()):
            raise ValueError("event_weights: at least one must be above 0")


@dataclass(frozen=True)
class PoolConfig:
    """Section `[pool]`: who names candidates, and how many. Each generator has a section `[candidates.NAME]`."""

    generators: tuple[str, ...] = (
        "repurchase",
        "lookalikes",
        "rp3beta",
        "als",
        "neighbours",
        "popular",
        "trending",
        "popular_segment",
        "same_category",
        "words",
        "together",
        "seen",
        "onboarding",
    )
    """Built-in generators by name, a user's own as `module:Class`."""
    size: int = 50
    """Candidates of each generator. More of them make the measured lists slower and no better (docs/ranker.md)."""
    sizes: dict[str, int] = field(default_factory=lambda: dict(SIZES))
    """Where it is another number."""

    def __post_init__(self) -> None:
        if not self.generators:
            raise ValueError("generators: at least one is needed")
        for name, size in (("size", self.size), *self.sizes.items()):
            if not 1 <= size <= 10_000:
                raise ValueError(f"{name} = {size}: must be 1 to 10000")


@dataclass(frozen=True)
class FeaturesConfig:
    """Section `[features]`: what the ranker sees."""

    extra: tuple[str, ...] = ()
    """Modules of your own that define features; importing them registers them."""
    exclude: tuple[str, ...] = ()
    """Features by name, or whole families, that the ranker does not see."""


@dataclass(frozen=True)
class RankerConfig:
    """Section `[ranker]`: the gradient-boosted trees. Chosen on past windows of Online Retail, see docs/ranker.md."""

    loss: Loss = "binary"
    """Log loss of each pair, or a listwise loss (bruch2021alternative, burges2010ranknet)."""
    boosters: int = 4
    """Each learns from its own share of the pairs, `threads` of them side by side; their scores are averaged."""
    trees: int = 80
    """Boosting rounds of each."""
    learning_rate: float = 0.12
    """Weight of each tree."""
    leaves: int = 63
    """Leaves of a tree."""
    min_leaf: int = 100
    """Pairs in a leaf, at least."""
    min_positives: int = 50
    """Bought products to learn from, at least; a shop with fewer is ranked by counting."""
    negatives: int = 3
    """Sampled candidates that were not bought, for each one that was; three bought ones are assumed at least, twenty at
    most."""
    balance: float = 0.5
    """How far customers who bought much are weighed down: a customer counts (bought products) ** (1 - balance).
    Listwise losses weigh every customer alike and do not read it."""
    feature_fraction: float = 0.35
    """Share of the features that a tree may use."""
    bagging_fraction: float = 1.0
    """Share of a booster's pairs that a tree learns from."""
    l2: float = 5.0
    """Pulls leaf values to zero."""
    bins: int = 63
    """Values that a feature is rounded to."""
    threads: int = 2
    """For training; answers use one."""

    def __post_init__(self) -> None:
        _at_least(self, 1, "boosters", "trees", "min_leaf", "min_positives", "negatives", "threads")
        _at_least(self, 2, "leaves", "bins")
        _at_least(self, 0, "l2")
        for name in ("learning_rate", "feature_fraction", "bagging_fraction"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} = {getattr(self, name)}: must be above 0, and 1 at most")


@dataclass(frozen=True)
class BundlesConfig:
    """Section `[bundles]`: how many models stay in the workspace. MLflow keeps them all, and gives them back."""

    keep: int = 3
    """Newest versions kept, beside the champion and the one before it."""
    grace_s: int = 3600
    """Seconds that a bundle stays after it was made or last used, whatever its number."""

    def __post_init__(self) -> None:
        _at_least(self, 0, "keep", "grace_s")


def _at_least(config: object, least: int, *names: str) -> None:
    for name in names:
        if getattr(config, name) < least:
            raise ValueError(f"{name} = {getattr(config, name)}: must be {least} or more")


@dataclass(frozen=True)
class RetrainConfig:
    """Section `[retrain]`: how the champion is brought up to date."""

    full_days: int = 28
    """Days after which everything is trained anew; until then the ranker stays and generators learn what changed."""
    least_events: int = 1
    """New events that are worth a retraining."""
    measured: int = 150
    """Customers that a refreshed model is measured on, at most; more are sampled."""

    def __post_init__(self) -> None:
        _at_least(self, 1, "full_days", "least_events", "measured")
