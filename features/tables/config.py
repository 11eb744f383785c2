"""Settings of the tables: where each lies, what its columns are called, and how the shop's data is to be read."""

import codecs
import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from features.errors import ConfigError
from features.identity.config import IdentityConfig
from features.kinds import Kind
from features.settings import Settings
from features.tables.columns import listed
from features.tables.dialects import KINDS, kind_of


@dataclass(frozen=True)
class TableConfig:
    """Where one table lies and what its columns are called."""

    files: tuple[str, ...] = ()
    """File names or globs in the data folder; empty looks for `events.parquet`, `.csv[.gz]` or `.jsonl[.gz]`."""
    columns: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Canonical name = the table's own name. Several names for `category` are the steps of its path."""
    encoding: str = "utf-8"
    """Character encoding of CSV files."""
    delimiter: str = ","
    """Column separator of CSV files."""
    sql: str = ""
    """SQLAlchemy URL to read from instead of files; `$NAME` is taken from the environment."""
    query: str = ""
    """The SELECT to run there; empty reads the whole table of the same name."""

    def __post_init__(self) -> None:
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise ValueError(f"encoding: {self.encoding!r} is no encoding; try 'utf-8' or 'latin-1'") from None
        if len(self.delimiter) != 1:
            raise ValueError(f"delimiter: {self.delimiter!r} is not one character")


@dataclass(frozen=True)
class EventsConfig(TableConfig):
    """The purchase log and all other events."""

    event_type: str = "purchase"
    """Type of the events where the table does not say."""

    @cached_property
    def kind(self) -> Kind:
        """The kind of events that do not state theirs; ConfigError if its name is not known."""
        kind = kind_of(self.event_type)
        if kind is None:
            raise ConfigError(f"esnaf.toml: [tables.events] event_type: {self.event_type!r} is none of {listed(KINDS)}")
        return kind


@dataclass(frozen=True)
class TimeConfig:
    """How times are read."""

    zone: str = "UTC"
    """Zone of times that do not name one (an IANA name such as `Europe/London`)."""
    unit: Literal["auto", "s", "ms", "us", "ns"] = "auto"
    """Unit of numeric times; `auto` tells it from the size of each number."""
    format: str = ""
    """strptime format of times that are not ISO 8601, such as `%m/%d/%Y %H:%M`."""
    future_tolerance: int = 3_600
    """Seconds that an event may lie ahead of the clock before it counts as from the future."""

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"zone: {self.zone!r} is no time zone; write an IANA name like 'Europe/London'") from None


@dataclass(frozen=True)
class ConsentConfig:
    """What customers may be known for: personalisation, analytics, messaging."""

    default: Literal["granted", "denied"] = "granted"
    """What holds for every purpose of which a customer states nothing."""


@dataclass(frozen=True)
class TablesSection:
    """Where the shop's tables lie, and what is to be left out of them."""

    events: EventsConfig = EventsConfig()
    """The purchase log and all other events."""
    products: TableConfig = TableConfig()
    """The catalogue; without it products are derived from the events."""
    customers: TableConfig = TableConfig()
    """What is known of customers."""
    identities: TableConfig = TableConfig()
    """Which emails, telephone numbers, cards and devices belong to which customer."""
    exclude_products: tuple[str, ...] = ()
    """Globs (`gift_*`) or regular expressions between slashes (`/[A-Z]+/`) of ids that are no products."""
    unknown_products: Literal["accept", "reject"] = "accept"
    """What to do with events on products that the products table lacks."""
    currency: str = ""
    """The shop's one currency; rows in another are set aside. Empty refuses tables with more than one."""

    erased: str = ""
    """File of customers who are to be forgotten, one id a line, in the folder of the tables; none if empty."""

    def __post_init__(self) -> None:
        for pattern in self.exclude_products:
            try:
                _expression(pattern)
            except re.error as error:
                raise ValueError(f"exclude_products: {pattern!r} is no regular expression ({error})") from None

    def excludes(self, product: str) -> bool:
        """Whether a product is left out: a pattern matches its whole id."""
        return any(pattern.fullmatch(product) for pattern in self._excluded)

    @cached_property
    def _excluded(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_expression(pattern) for pattern in self.exclude_products)


@dataclass(frozen=True)
class TablesConfig(TablesSection):
    """Everything that reading a shop's tables needs: `[tables]`, `[time]`, `[consent]` and `[identity]` in one."""

    time: TimeConfig = TimeConfig()
    consent: ConsentConfig = ConsentConfig()
    identity: IdentityConfig = field(default_factory=IdentityConfig)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The sections of `esnaf.toml`; ConfigError if a value cannot be used."""
        tables = settings.section("tables", TablesSection)
        own = {field.name: getattr(tables, field.name) for field in fields(TablesSection)}
        return cls(
            **own,
            time=settings.section("time", TimeConfig),
            consent=settings.section("consent", ConsentConfig),
            identity=settings.section("identity", IdentityConfig),
        )


def _expression(pattern: str) -> re.Pattern[str]:
    if len(pattern) > 2 and pattern[0] == pattern[-1] == "/":
        return re.compile(pattern[1:-1])
    return re.compile(fnmatch.translate(pattern))
