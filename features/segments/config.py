"""Settings of segments."""

from dataclasses import dataclass

from features.errors import ConfigError
from features.segments.expression import Expression
from features.settings import check_name

KINDS = (
    *("behavioural", "geographic", "psychographic", "technographic", "demographic", "value", "needs"),
    "custom",
)


@dataclass(frozen=True)
class CustomSegment:
    """A segment of the shop's own: those for whom an expression holds."""

    name: str
    """Small letters, digits and `_`; the segment is called `custom.NAME`."""
    where: str
    """Such as `orders >= 3 and spend_365 > 200 and country == "France"`; docs/segments.md lists what it may use."""

    def __post_init__(self) -> None:
        check_name(self.name)
        try:
            Expression.parse(self.where)
        except ConfigError as error:
            raise ValueError(f"where: {error}") from None


@dataclass(frozen=True)
class SegmentsConfig:
    """Section `[segments]`: how customers are grouped."""

    custom: tuple[CustomSegment, ...] = ()
    """Segments of the shop's own, each under `[[segments.custom]]`."""
    geographic: tuple[str, ...] = ("country", "region", "state", "county", "city", "postcode_area", "timezone")
    """Columns of the customers table that tell where somebody is; its other columns count as demographic."""
    vip_share: float = 0.05
    """Share of the customers of the last year whose spending in it makes them VIPs."""
    new_days: int = 30
    """Days after the first order during which a customer is new."""
    margin: float = 0.1
    """How far, as a share, a figure must pass a border before a customer changes sides."""
    drift: float = 0.25
    """How far, as a share, the population must move before a border that was set once is set anew."""
    tastes: int = 12
    """Groups of taste, at most; fewer are made where customers are few. 0 leaves them away."""
    missions: int = 4
    """Kinds of shopping trips, at most. 0 leaves them away."""
    report: bool = True
    """Whether a training logs the profiles of all segments as a page."""

    def __post_init__(self) -> None:
        for name in ("vip_share", "margin", "drift"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)}: must be 0 or more, and below 1")
        if self.new_days < 1:
            raise ValueError(f"new_days = {self.new_days}: must be 1 or more")
        for name in ("tastes", "missions"):
            if not 0 <= getattr(self, name) <= 50:
                raise ValueError(f"{name} = {getattr(self, name)}: must be 0 to 50")
        names = [segment.name for segment in self.custom]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"custom: '{name}' is there twice; each segment needs a name of its own")
