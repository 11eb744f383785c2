"""Settings of tuning."""

from dataclasses import dataclass, field
from typing import Any

_GENERATORS = (
    "lookalikes",
    "rp3beta",
    "als",
    "neighbours",
    "trending",
    "popular_segment",
    "same_category",
    "words",
)
_FEATURES = (
    "rhythm",
    "taste",
    "interest",
    "customer",
    "pair_decayed_15",
    "pair_decayed_120",
    "product_sold_3",
    "product_sold_14",
    "product_sold_90",
    "product_sold_365",
)


def _candidates() -> dict[str, dict[str, Any]]:
    return {
        "als": {"factors": [32, 64, 96], "half_life": _span(20.0, 180.0)},
        "lookalikes": {"half_life": _span(20.0, 180.0)},
        "neighbours": {"half_life": _span(20.0, 180.0)},
        "popular": {"window": [7.0, 14.0, 21.0, 42.0]},
        "repurchase": {"half_life": _span(30.0, 270.0)},
        "rp3beta": {"beta": {"low": 0.2, "high": 0.8}, "half_life": _span(20.0, 180.0)},
        "words": {"half_life": _span(20.0, 180.0)},
    }


def _ranker() -> dict[str, Any]:
    return {
        "loss": ["binary", "rank_xendcg"],
        "boosters": [1, 2, 4],
        "trees": _span(50, 200),
        "learning_rate": _span(0.03, 0.2),
        "leaves": _span(15, 127),
        "min_leaf": _span(20, 300),
        "feature_fraction": {"low": 0.1, "high": 0.6},
        "bagging_fraction": {"low": 0.3, "high": 1.0},
        "l2": _span(0.5, 50.0),
        "balance": {"low": 0.2, "high": 0.9},
        "negatives": [2, 3, 5, 8],
    }


def _span(low: float, high: float) -> dict[str, Any]:
    """As far below the middle of a ratio as above it."""
    return {"low": low, "high": high, "log": True}


@dataclass(frozen=True)
class SpaceConfig:
    """Section `[tune.space]`."""

    generators: tuple[str, ...] = _GENERATORS
    """Generators that a trial may leave out or take in."""
    features: tuple[str, ...] = _FEATURES
    """Features, or whole families, that a trial may hide from the ranker or show to it."""
    training: dict[str, Any] = field(default_factory=lambda: {"windows": [6, 9, 12, 18], "stride": [14, 28]})
    """Settings of `[training]`."""
    pool: dict[str, Any] = field(default_factory=lambda: {"size": [30, 50, 80]})
    """Settings of `[pool]`."""
    candidates: dict[str, dict[str, Any]] = field(default_factory=_candidates)
    """Settings of generators, by name; those of generators that cannot take part are not changed."""
    ranker: dict[str, Any] = field(default_factory=_ranker)
    """Settings of `[ranker]`."""


@dataclass(frozen=True)
class TuneConfig:
    """Section `[tune]`: how better settings are looked for, see docs/tuning.md."""

    minutes: float = 15.0
    """Time for trials and for measuring the best of them again; training the challenger comes after it."""
    trials: int = 500
    """Trials of a study, at most, those of interrupted runs included."""
    cuts: int = 3
    """Past label windows that a trial is measured on, one horizon apart, the last of them right before the test
    window."""
    changes: int = 3
    """Settings that a trial changes against the best one before it, at most."""
    finalists: int = 3
    """Trials that are measured again, with other random seeds: the best of many is partly a lucky one."""
    seeds: int = 2
    """Random seeds of that; 0 measures nothing again."""
    margin: float = 0.002
    """Share of NDCG@20 by which tuned settings must beat the current ones; else these stay."""
    keep: int = 2
    """Sets of fitted generators and examples held in memory: trials that need one of them fit the ranker alone."""
    space: SpaceConfig = field(default_factory=SpaceConfig)
    """What trials may change, and how far: a list of values, or a range `{ low = 50, high = 250, log = true }`, log
    where ratios matter more than differences. A line of your own replaces the default, `{}` or `[]` leaves all of it as
    it is. Current values always belong to the space; `esnaf tune --space` shows what is in force."""

    def __post_init__(self) -> None:
        for name in ("trials", "cuts", "changes", "finalists", "keep"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)}: must be 1 or more")
        if self.seeds < 0:
            raise ValueError(f"seeds = {self.seeds}: must be 0 or more")
        if self.minutes <= 0:
            raise ValueError(f"minutes = {self.minutes}: must be above 0")
        if not 0 <= self.margin < 1:
            raise ValueError(f"margin = {self.margin}: must be 0 or more, and less than 1")
