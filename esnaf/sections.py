"""Every section of `esnaf.toml` and the dataclass that reads it."""

from collections.abc import Iterable

from features.settings import Settings


def sections() -> dict[str, type]:
    """Section name to dataclass, in the order of the file that `esnaf init` writes."""
    from features.exposures.config import ExposuresConfig
    from features.identity.config import IdentityConfig
    from features.segments.config import SegmentsConfig
    from features.store.config import StoreConfig
    from features.tables.config import ConsentConfig, TablesSection, TimeConfig
    from serving.config import IngestionConfig, ServingConfig
    from serving.exploration.config import ExplorationConfig
    from serving.fading.config import FadingConfig
    from serving.messages.config import MessagesConfig
    from serving.newcomers.config import NewcomersConfig
    from serving.policy.config import PolicyConfig
    from serving.record.config import RecordConfig
    from training.candidates.registry import BUILT_IN
    from training.comparison.config import CompareConfig
    from training.config import BundlesConfig, FeaturesConfig, PoolConfig, RankerConfig, RetrainConfig, TrainingConfig
    from training.gate.config import GateConfig
    from training.kpi.config import KpiConfig
    from training.matching.config import MatchingConfig
    from training.tuning.config import TuneConfig
    from training.value.config import ValueConfig

    return {
        "tables": TablesSection,
        "time": TimeConfig,
        "consent": ConsentConfig,
        "identity": IdentityConfig,
        "training": TrainingConfig,
        "pool": PoolConfig,
        **_generators(BUILT_IN),
        "features": FeaturesConfig,
        "ranker": RankerConfig,
        "value": ValueConfig,
        "matching": MatchingConfig,
        "kpi": KpiConfig,
        "compare": CompareConfig,
        "gate": GateConfig,
        "tune": TuneConfig,
        "bundles": BundlesConfig,
        "retrain": RetrainConfig,
        "segments": SegmentsConfig,
        "serving": ServingConfig,
        "ingestion": IngestionConfig,
        "store": StoreConfig,
        "newcomers": NewcomersConfig,
        "policy": PolicyConfig,
        "exposures": ExposuresConfig,
        "fading": FadingConfig,
        "exploration": ExplorationConfig,
        "messages": MessagesConfig,
        "record": RecordConfig,
    }


def check(settings: Settings) -> None:
    """ConfigError at the first name or value in the file that cannot be used."""
    from serving.exploration.config import ExplorationConfig
    from training.config import PoolConfig
    from training.tuning.space import Space

    chosen = settings.section("pool", PoolConfig).generators
    known = sections() | _generators(chosen)
    settings.check_sections(known)
    for name, config in known.items():
        settings.section(name, config)
    Space.of(settings)
    ExplorationConfig.of(settings)


def _generators(names: Iterable[str]) -> dict[str, type]:
    """The sections of generators, a user's own among them."""
    from training.candidates.registry import config_type, find

    kinds = [find(name) for name in names]
    return {f"candidates.{kind.name}": config for kind in kinds if (config := config_type(kind)) is not None}
