"""Configuration: every setting in force, and a short name for all of them together."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from features.settings import Settings
from training.candidates import registry
from training.config import FeaturesConfig, PoolConfig, RankerConfig, TrainingConfig


def configuration(settings: Settings) -> dict[str, dict[str, Any]]:
    """Every section that training reads, as plain values: section -> setting -> value."""
    pool = settings.section("pool", PoolConfig)
    sections = {
        "training": asdict(settings.section("training", TrainingConfig)),
        "pool": asdict(pool),
        "features": asdict(settings.section("features", FeaturesConfig)),
        "ranker": asdict(settings.section("ranker", RankerConfig)),
    }
    generators = [registry.create(path, settings) for path in pool.generators]
    return sections | {f"candidates.{generator.name}": registry.config_of(generator) for generator in generators}


def digest(config: Mapping[str, Any]) -> str:
    """A short name for a configuration: equal settings, equal digest."""
    return hashlib.sha256(json.dumps(config, sort_keys=True, default=str).encode()).hexdigest()[:12]
