"""Recipe: what the settings say of how a recommender is made."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from features.errors import ConfigError
from features.modules import UnknownModuleError, load
from features.segments.config import SegmentsConfig
from features.settings import Settings
from training.candidates import registry
from training.config import FeaturesConfig, PoolConfig, RankerConfig, TrainingConfig
from training.ranker import names_of
from training.value.config import ValueConfig
from training.value.moments import asked_for

RESERVED = ("model", "any")  # what evaluation calls the model, and all generators together


@dataclass(frozen=True)
class Recipe:
    """The sections of a training, each read when it is first asked for."""

    settings: Settings

    @cached_property
    def training(self) -> TrainingConfig:
        """Section `[training]`."""
        return self.settings.section("training", TrainingConfig)

    @cached_property
    def pool(self) -> PoolConfig:
        """Section `[pool]`."""
        pool = self.settings.section("pool", PoolConfig)
        _check_names([registry.find(path).name for path in pool.generators])
        return pool

    @cached_property
    def ranker(self) -> RankerConfig:
        """Section `[ranker]`."""
        return self.settings.section("ranker", RankerConfig)

    @cached_property
    def names(self) -> list[str]:
        """The features that the ranker may see; ConfigError where a module of the user's own cannot be imported."""
        config = self.settings.section("features", FeaturesConfig)
        try:
            load(config.extra)
        except UnknownModuleError as error:
            raise ConfigError(f"[features] extra: {error}") from error
        return names_of([registry.find(path).name for path in self.asked], config.exclude)

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The generators that have something to say in a label window."""
        kinds = {path: registry.find(path) for path in self.pool.generators}
        return tuple(path for path, kind in kinds.items() if not getattr(kind, "in_hand", False)) or tuple(kinds)

    @cached_property
    def segments(self) -> SegmentsConfig:
        """Section `[segments]`."""
        return self.settings.section("segments", SegmentsConfig)

    @cached_property
    def value(self) -> ValueConfig:
        """Section `[value]`."""
        return self.settings.section("value", ValueConfig)

    @cached_property
    def foretells(self) -> bool:
        """Whether past windows need value models; else only the last model has one."""
        return self.value.enabled and asked_for(self.names, self.settings)


def _check_names(generators: list[str]) -> None:
    """ConfigError where names clash: features, arrays and figures would be mixed up."""
    for name, times in Counter(generators).items():
        if times > 1 or name in RESERVED:
            clash = "names two of them" if times > 1 else "is what evaluation calls something else"
            raise ConfigError(f"[pool] generators: '{name}' {clash}; give your own class another name")
