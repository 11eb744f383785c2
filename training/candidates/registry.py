"""Registry: generators by name, the built-in ones and a user's own by import path."""

import inspect
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from typing import Any, get_type_hints

from features.errors import BundleError, ConfigError
from features.settings import Settings
from training.candidates.base import Generator

BUILT_IN: Mapping[str, str] = {
    "als": "training.candidates.als:Als",
    "blend": "training.candidates.blend:Blend",
    "bpr": "training.candidates.bpr:Bpr",
    "ease": "training.candidates.ease:Ease",
    "lookalikes": "training.candidates.lookalikes:Lookalikes",
    "neighbours": "training.candidates.neighbours:Neighbours",
    "onboarding": "training.candidates.onboarding:Onboarding",
    "popular": "training.candidates.popular:Popular",
    "popular_category": "training.candidates.favourites:PopularCategory",
    "popular_segment": "training.candidates.popular_segment:PopularSegment",
    "repurchase": "training.candidates.repurchase:Repurchase",
    "rp3beta": "training.candidates.rp3beta:Rp3beta",
    "same_brand": "training.candidates.favourites:SameBrand",
    "same_category": "training.candidates.favourites:SameCategory",
    "seen": "training.candidates.seen:Seen",
    "together": "training.candidates.together:Together",
    "trending": "training.candidates.popular:Trending",
    "words": "training.candidates.words:Words",
}


def create(name: str, settings: Settings) -> Generator:
    """A generator, not fitted yet: a built-in one by its name, or `module:Class` by import path.

    Its configuration is the section `[candidates.NAME]`, NAME being the class's own. ConfigError where there is no such
    generator, or it cannot be imported, or lacks a part of the protocol.
    """
    kind = find(name)
    config = config_type(kind)
    generator: Generator = kind() if config is None else kind(settings.section(f"candidates.{kind.name}", config))
    return generator


def made(path: str, values: Mapping[str, Any]) -> Generator:
    """A generator by its import path with a configuration that `config_of` gave, not fitted yet.

    BundleError where its settings are no longer those it was saved with.
    """
    kind = _imported(path)
    config, settings = config_type(kind), Settings({"config": values})
    try:
        generator: Generator = kind() if config is None else kind(settings.section("config", config))
    except (ConfigError, TypeError) as error:
        raise BundleError(f"generator '{path}': saved with other settings ({error}); train the model again") from error
    return generator


def path_of(kind: type[Any]) -> str:
    """The import path of a generator's class."""
    return f"{kind.__module__}:{kind.__qualname__}"


def settings_of(generator: Generator) -> tuple[str, dict[str, Any]]:
    """What two generators must have in common for one to go on where the other ended."""
    return path_of(type(generator)), config_of(generator)


def config_of(generator: Generator) -> dict[str, Any]:
    """The configuration of a generator as plain values."""
    return asdict(generator.config) if hasattr(generator, "config") else {}


def find(name: str) -> type[Any]:
    """The class of a generator."""
    if name in BUILT_IN:
        return _imported(BUILT_IN[name])
    if ":" not in name:
        raise ConfigError(
            f"generator {name!r}: there is none of this name; use {', '.join(BUILT_IN)}, or 'module:Class' for your own"
        )
    kind = _imported(name)
    missing = [part for part in ("name", "fit", "scores") if not hasattr(kind, part)]
    if missing or not isinstance(kind.name, str):
        raise ConfigError(f"generator {name!r}: the class lacks {', '.join(missing) or 'a name that is text'}")
    return kind


def config_type(kind: type[Any]) -> type[Any] | None:
    """The dataclass that a generator is made with: the annotation of `config` in its `__init__`, or None."""
    if "config" not in inspect.signature(kind).parameters:
        return None
    hint: type[Any] = get_type_hints(kind.__init__)["config"]
    return hint


def _imported(path: str) -> type[Any]:
    module, _, attribute = path.partition(":")
    try:
        kind = getattr(import_module(module), attribute)
    except (ImportError, ValueError) as error:
        raise ConfigError(f"generator {path!r}: cannot import module {module!r} ({error})") from error
    except AttributeError as error:
        raise ConfigError(f"generator {path!r}: module {module!r} has no {attribute!r}") from error
    if not isinstance(kind, type):
        raise ConfigError(f"generator {path!r}: {attribute!r} is not a class")
    return kind
