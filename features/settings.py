"""Settings: `esnaf.toml` as typed, frozen dataclasses, one for each section.

A section's dataclass is the only place of its defaults. A field is a str, int, float, bool, `tuple[T, ...]`,
`dict[str, T]`, `Literal`, `T | None` or a dataclass, so that every value is checked before anything is run.
"""

import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Self, TypeVar, Union, get_args, get_origin, get_type_hints

from features.errors import ConfigError

T = TypeVar("T")

FILE_NAME = "esnaf.toml"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PLAIN = {str: "text in quotes", int: "a whole number", float: "a finite number", bool: "true or false"}


@dataclass(frozen=True)
class Settings:
    """The tables of one configuration file; without a file, nothing but defaults."""

    values: Mapping[str, Any]
    source: str = FILE_NAME  # for messages
    _read: dict[tuple[str, type], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a TOML file. A file that is not there is an empty one; ConfigError if it cannot be read."""
        try:
            return cls.parse(path.read_bytes().decode("utf-8-sig"), path.name)
        except FileNotFoundError:
            return cls({}, path.name)
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path.name}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error

    @classmethod
    def parse(cls, text: str, source: str = FILE_NAME) -> Self:
        """Settings from TOML text."""
        try:
            return cls(tomllib.loads(text), source)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{source}: not valid TOML: {error}") from error

    def section(self, name: str, config: type[T]) -> T:
        """The dataclass of a section (`ranker`, or `candidates.als`), with defaults for what is not set.

        Tables inside it that are no field of it are sections of their own, which `check_sections` knows.
        """
        known = self._read.get((name, config))
        if known is None:
            known = self._read[name, config] = self._section(name, config)
        found: T = known
        return found

    def _section(self, name: str, config: type[T]) -> T:
        value: Any = self.values
        for key in name.split("."):
            value = value.get(key, {})
            if not isinstance(value, dict):
                raise ConfigError(f"{self.source}: {name}: {_shown(value)} is not a section; write [{name}]")
        own = _names(config)
        mine = {key: item for key, item in value.items() if key in own or not isinstance(item, dict)}
        return _build(config, mine, f"{self.source}: [{name}]")

    def check_sections(self, known: Mapping[str, type]) -> None:
        """ConfigError at the first section that is not among the known ones, given with their dataclasses."""
        tops = {name.partition(".")[0] for name in known}
        for name, value in self.values.items():
            if name not in tops:
                raise ConfigError(f"{self.source}: [{name}]: no such section{_hint(name, tops)}")
            inner = {part.partition(".")[2] for part in known if part.startswith(f"{name}.")}
            inner |= _names(known[name]) if name in known else set()
            for key, item in value.items() if isinstance(value, dict) else ():
                if isinstance(item, dict) and key not in inner:
                    raise ConfigError(f"{self.source}: [{name}.{key}]: no such section{_hint(key, inner)}")


def check_name(name: str) -> None:
    """ValueError for what cannot be the name of something that a shop defines itself."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"name = {name!r}: use up to 40 small letters, digits and _, a letter first")


def _names(config: type) -> set[str]:
    return {field.name for field in fields(config)}


def default_of(field: "Field[Any]") -> Any:
    """The default of a dataclass's field, MISSING if it has none."""
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _build(config: type[T], value: Mapping[str, Any], place: str, defaults: Any = MISSING) -> T:
    """The dataclass of a table; what is not set is as in the instance `defaults`, if there is one."""
    hints = get_type_hints(config)
    own = {field.name: default_of(field) for field in fields(config)}  # type: ignore[arg-type]  # T is a dataclass
    for key in value:
        if key not in own:
            raise ConfigError(f"{_inside(place, key)}: no such setting{_hint(key, own)}")
    given = {key: _convert(item, hints[key], _inside(place, key), own[key]) for key, item in value.items()}
    for name, default in own.items():
        if default is MISSING and name not in given:
            raise ConfigError(f"{_inside(place, name)}: has no default and must be set")
    try:
        return config(**given) if defaults is MISSING else replace(defaults, **given)
    except ValueError as error:
        raise ConfigError(f"{place}: {error}") from error


def _convert(value: Any, hint: Any, place: str, default: Any = MISSING) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin is Literal:
        return _choice(value, arguments, place)
    if origin in {Union, UnionType}:
        return _union(value, arguments, place)
    if origin in {tuple, list}:
        items = _expect(value, list, "a list", place)
        return origin(_convert(item, arguments[0], f"{place}[{i}]") for i, item in enumerate(items))
    if origin in {dict, Mapping}:
        table = _expect(value, dict, "a table of name = value", place)
        return {key: _convert(item, arguments[1], _inside(place, key)) for key, item in table.items()}
    if is_dataclass(hint):
        table = _expect(value, dict, "a table of settings", place)
        return _build(hint, table, place, default)  # type: ignore[arg-type]  # a dataclass is a type
    return _plain(value, hint, place)


def _plain(value: Any, hint: Any, place: str) -> Any:
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint or (hint is float and not math.isfinite(value)):
        raise ConfigError(f"{place}: {_shown(value)} is not {_PLAIN[hint]}")
    return value


def _choice(value: Any, choices: tuple[Any, ...], place: str) -> Any:
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        listed = ", ".join(_shown(choice) for choice in choices)
        raise ConfigError(f"{place}: {_shown(value)} is none of {listed}{_meant(str(value), map(str, choices))}")
    return value


def _union(value: Any, members: tuple[Any, ...], place: str) -> Any:
    """The first member that takes the value; TOML has no null, so None is only ever a default."""
    members = tuple(member for member in members if member is not NoneType)
    for member in members[:-1]:
        try:
            return _convert(value, member, place)
        except ConfigError:
            continue
    return _convert(value, members[-1], place)


def _expect(value: Any, kind: type[T], words: str, place: str) -> T:
    if not isinstance(value, kind):
        raise ConfigError(f"{place}: {_shown(value)} is not {words}")
    return value


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _inside(place: str, key: str) -> str:
    return f"{place}.{key}" if "] " in place else f"{place} {key}"


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _hint(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    return _meant(name, names) or f"; known here: {', '.join(names)}"
