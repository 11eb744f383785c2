"""Space: all settings that trials may change, around the current ones."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import cached_property
from importlib import import_module
from typing import Any, Self

from features.errors import ConfigError
from features.settings import Settings
from training.candidates import registry
from training.config import FeaturesConfig, PoolConfig, RankerConfig, TrainingConfig
from training.configuration import configuration, digest
from training.ranker import names_of
from training.tuning.axis import Axis, Value
from training.tuning.config import SpaceConfig, TuneConfig

FIXED = {
    "training": ("shop", "horizon", "seed", "objective", "event_weights"),
    "pool": ("generators", "sizes"),
    "ranker": ("threads", "min_positives"),
}
"""Settings that say what is wanted, or have a place of their own in the space."""

SAMPLING = ("negatives",)
"""Settings of the ranker that choose its examples: all others are read when it is fitted."""

LATE = ("training.windows",)
"""Other settings that are read only then."""


@dataclass(frozen=True)
class Space:
    """Settings, and what may be changed about them. A point is a value for each axis."""

    base: Settings
    axes: tuple[Axis, ...]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Section `[tune.space]` around the current settings.

        Raises:
            ConfigError: a name that is no setting, or a value that the setting cannot have.
        """
        space = settings.section("tune", TuneConfig).space
        return cls(settings, tuple(_axes(settings, space)))

    @cached_property
    def current(self) -> dict[str, Value]:
        """The point of the current settings."""
        return {axis.name: axis.current for axis in self.axes}

    @cached_property
    def digest(self) -> str:
        """A short name of the space and of everything it does not change."""
        axes = [[axis.name, axis.text] for axis in self.axes]
        return digest({"axes": axes, "settings": configuration(self.base)})

    def changes(self, point: Mapping[str, Value]) -> dict[str, Value]:
        """What differs from the current settings and has an effect."""
        return {axis.name: point[axis.name] for axis in self.active(point) if point[axis.name] != axis.current}

    def active(self, point: Mapping[str, Value]) -> list[Axis]:
        """The axes that matter: settings of a generator do so where it takes part."""
        return [axis for axis in self.axes if axis.of_generator is None or self._takes_part(axis.of_generator, point)]

    def _takes_part(self, generator: str, point: Mapping[str, Value]) -> bool:
        return bool(point.get(f"generators.{generator}", True))

    def settings(self, point: Mapping[str, Value]) -> Settings:
        """The settings of a point: the current ones with its changes written in."""
        values = copy.deepcopy(dict(self.base.values))
        for name, value in self.changes(point).items():
            kind, _, key = name.partition(".")
            if kind == "generators":
                generators = list(self._in_force(values, "pool").generators)
                _switch(values, "pool", "generators", generators, key, on=bool(value))
            elif kind == "features":
                _switch(values, "features", "exclude", self._excluded(values), key, on=not value)
            else:
                _set(values, name, value)
        return replace(self.base, values=values)

    def _in_force(self, values: Mapping[str, Any], section: str) -> Any:
        return replace(self.base, values=values).section(section, _SECTIONS[section])

    def _excluded(self, values: Mapping[str, Any]) -> list[str]:
        return list(self._in_force(values, "features").exclude)

    def widest(self, point: Mapping[str, Value]) -> Settings:
        """The settings of a point with all windows and features that any point of the space has: what is made with them
        serves every point that differs from this one in light axes alone."""
        wide = dict(point)
        for axis in self.axes:
            if axis.name.startswith("features."):
                wide[axis.name] = True
            elif axis.name == "training.windows":
                wide[axis.name] = max(axis.ends)
            elif axis.light:
                wide[axis.name] = axis.current
        return self.settings(wide)


_SECTIONS: Mapping[str, type] = {
    "training": TrainingConfig,
    "pool": PoolConfig,
    "features": FeaturesConfig,
    "ranker": RankerConfig,
}


def _axes(settings: Settings, space: SpaceConfig) -> Iterator[Axis]:
    pool = settings.section("pool", PoolConfig)
    for path in space.generators:
        yield Axis.of(f"generators.{_known(path)}", [True, False], path in pool.generators, light=False)
    excluded = settings.section("features", FeaturesConfig).exclude
    reach = dict.fromkeys([*pool.generators, *space.generators])
    for module in settings.section("features", FeaturesConfig).extra:
        with suppress(ImportError, ValueError):  # the trainer says what is wrong with it
            import_module(module)
    for name in space.features:
        _check_feature(name, list(reach))
        yield Axis.of(f"features.{name}", [True, False], name not in excluded, light=True)
    for section in ("training", "pool", "ranker"):
        for key, given in getattr(space, section).items():
            yield _checked(settings, section, _SECTIONS[section], key, given)
    paths = {registry.find(path).name: path for path in reach}
    for name, given in space.candidates.items():
        yield from _of_generator(settings, name, given, paths)


def _of_generator(settings: Settings, name: str, given: Mapping[str, Any], paths: Mapping[str, str]) -> Iterator[Axis]:
    place = f"[tune.space] candidates.{name}"
    if name not in paths and name not in registry.BUILT_IN:
        raise ConfigError(f"{place}: there is no such generator; use {', '.join(paths)}")
    config = registry.config_type(registry.find(paths.get(name, name)))
    if config is None:
        raise ConfigError(f"{place}: this generator has no settings")
    for key, values in given.items():
        axis = _checked(settings, f"candidates.{name}", config, key, values, of_generator=paths.get(name))
        if name in paths:
            yield axis


def _checked(
    settings: Settings, section: str, config: type, key: str, given: Any, *, of_generator: str | None = None
) -> Axis:
    """The axis of a setting, all of whose values its section takes."""
    name, known = f"{section}.{key}", [f.name for f in fields(config)]
    if key in FIXED.get(section, ()) or key not in known:
        allowed = ", ".join(sorted(set(known) - set(FIXED.get(section, ()))))
        raise ConfigError(f"[tune.space] {name}: cannot be tuned; known here: {allowed}")
    current = getattr(settings.section(section, config), key)
    if not isinstance(current, bool | int | float | str):
        raise ConfigError(f"[tune.space] {name}: only settings of a single value can be tuned")
    light = name in LATE or (section == "ranker" and key not in SAMPLING)
    axis = Axis.of(name, given, current, light=light, of_generator=of_generator)
    for value in axis.ends:
        values = copy.deepcopy(dict(settings.values))
        _set(values, name, value)
        replace(settings, values=values, source="[tune.space]").section(section, config)
    return axis


def _known(path: str) -> str:
    try:
        registry.find(path)
    except ConfigError as error:
        raise ConfigError(f"[tune.space] generators: {error}") from error
    return path


def _check_feature(name: str, generators: list[str]) -> None:
    try:
        names_of([registry.find(path).name for path in generators], (name,))
    except ConfigError as error:
        raise ConfigError(f"[tune.space] features: {str(error).removeprefix('[features] exclude: ')}") from error


def _set(values: dict[str, Any], name: str, value: Value) -> None:
    *path, key = name.split(".")
    table = values
    for part in path:
        table = table.setdefault(part, {})
    table[key] = value


def _switch(values: dict[str, Any], section: str, key: str, names: list[str], name: str, *, on: bool) -> None:
    """A list of a section with a name in it or not; the others stay in their order."""
    values.setdefault(section, {})[key] = [*names, name] if on else [other for other in names if other != name]
