"""Axis: one setting that trials change, and the values it may take."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from features.errors import ConfigError
from features.toml import toml_value

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Value: TypeAlias = bool | int | float | str


@dataclass(frozen=True)
class Span:
    """Numbers from `low` to `high`, both among them."""

    low: float
    high: float
    log: bool = False

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """From a table of the configuration; ValueError where it is no range."""
        if not {"low", "high"} <= table.keys() <= {"low", "high", "log"}:
            raise ValueError("a range is { low = 1, high = 2 }, with log = true where ratios matter")
        low, high, log = table["low"], table["high"], table.get("log", False)
        if not (_is_number(low) and _is_number(high) and isinstance(log, bool)):
            raise ValueError("low and high are numbers, log is true or false")
        if not low < high:
            raise ValueError(f"low = {low} is not below high = {high}")
        return cls(low, high, log)

    def with_value(self, value: float) -> "Span":
        """The same, widened to hold a value; ValueError where ratios to it have no meaning."""
        span = Span(min(self.low, value), max(self.high, value), self.log)
        if span.log and span.low <= 0:
            raise ValueError(f"log = true needs values above 0, and {span.low:g} is none")
        return span

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}{' by ratio' if self.log else ''}"


@dataclass(frozen=True)
class Axis:
    """One dimension of the space."""

    name: str  # `ranker.trees`, `generators.als`, `features.taste`
    current: Value
    values: Span | tuple[Value, ...]
    light: bool  # whether trials that differ in nothing else share examples and fitted generators
    of_generator: str | None = None  # whose setting it is: without it, it changes nothing

    @classmethod
    def of(cls, name: str, given: Any, current: Any, *, light: bool, of_generator: str | None = None) -> Self:
        """From what the configuration gives, widened to hold the current value.

        Raises:
            ConfigError: neither a range of numbers nor a list of plain values.
        """
        try:
            return cls(name, current, _values(given, current), light, of_generator)
        except ValueError as error:
            raise ConfigError(f"[tune.space] {name}: {error}") from error

    @property
    def ends(self) -> tuple[Value, ...]:
        """Values that must be usable for all of them to be."""
        if not isinstance(self.values, Span):
            return self.values
        low, high = self.values.low, self.values.high
        return (int(low), int(high)) if isinstance(self.current, int) else (low, high)

    @property
    def distribution(self) -> "BaseDistribution":
        """The same for Optuna."""
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        if not isinstance(self.values, Span):
            return CategoricalDistribution(self.values)
        low, high = self.values.low, self.values.high
        if isinstance(self.current, int):
            return IntDistribution(int(low), int(high), log=self.values.log)
        return FloatDistribution(low, high, log=self.values.log)

    @property
    def text(self) -> str:
        """The values for people."""
        return str(self.values) if isinstance(self.values, Span) else ", ".join(map(toml_value, self.values))


def _values(given: Any, current: Any) -> Span | tuple[Value, ...]:
    if isinstance(given, Mapping):
        if not _is_number(current):
            raise ValueError(f"a range is for numbers, and this is {toml_value(current)}; give a list of values")
        span = Span.of(given).with_value(current)
        if isinstance(current, int) and not (float(span.low).is_integer() and float(span.high).is_integer()):
            raise ValueError(f"{span}: whole numbers are needed")
        return span
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise ValueError(f"{given!r} is neither a list of values nor a range {{ low = 1, high = 2 }}")
    return _distinct(given, current)


def _distinct(given: Sequence[Any], current: Value) -> tuple[Value, ...]:
    if isinstance(current, float):
        given = [float(value) if _is_number(value) else value for value in given]
    nested = [value for value in given if not isinstance(value, bool | int | float | str)]
    if nested:
        raise ValueError(f"{nested[0]!r} is no single value")
    values = list(dict.fromkeys(given))
    return tuple(values if current in values else [current, *values])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
