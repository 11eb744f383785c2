"""Settings of the key figures."""

from dataclasses import dataclass
from typing import Literal

from features.errors import ConfigError
from features.segments.expression import Expression
from features.settings import check_name


@dataclass(frozen=True)
class CustomKpi:
    """A figure of the shop's own, made of the others."""

    name: str
    """Small letters, digits and `_`."""
    value: str
    """Such as `revenue / orders`; docs/kpi.md lists what it may use."""

    def __post_init__(self) -> None:
        check_name(self.name)
        try:
            Expression.parse(self.value)
        except ConfigError as error:
            raise ValueError(f"value: {error}") from None


@dataclass(frozen=True)
class KpiConfig:
    """Section `[kpi]`: key figures by period and segment."""

    period: Literal["week", "month", "quarter"] = "month"
    """Length of a period: weeks from Monday, or as the calendar has it, in UTC."""
    periods: int = 12
    """The last periods that are shown; the newest one may not be over."""
    by: tuple[str, ...] = ("standing",)
    """Dimensions of segments beside all customers together, such as `standing`, `rfm` or `country`."""
    custom: tuple[CustomKpi, ...] = ()
    """Figures of the shop's own, each under `[[kpi.custom]]`."""

    def __post_init__(self) -> None:
        if not 1 <= self.periods <= 1_000:
            raise ValueError(f"periods = {self.periods}: must be 1 to 1000")
        names = [custom.name for custom in self.custom]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"custom: '{name}' is there twice")
