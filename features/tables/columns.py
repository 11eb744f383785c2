"""Columns: the canonical names of each table, and how a table's own names map onto them."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from features.errors import ConfigError, DataError

EVENTS = (
    *("customer_id", "anonymous_id", "product_id", "timestamp", "event_type", "quantity", "unit_price", "order_id"),
    *("session_id", "channel", "device", "recommendation_id", "position", "event_id", "properties"),
    *("name", "currency", "line_total"),
)
PRODUCTS = (
    *("product_id", "parent_id", "name", "category", "brand", "price", "cost", "available", "created_at"),
    "attributes",
)
CUSTOMERS = ("customer_id", "name", "interests", "consent", "created_at")
IDENTITIES = ("customer_id", "kind", "value", "seen_at", "probability")

CANONICAL: Mapping[str, Sequence[str]] = {
    "events": EVENTS,
    "products": PRODUCTS,
    "customers": CUSTOMERS,
    "identities": IDENTITIES,
}
REQUIRED: Mapping[str, Sequence[tuple[str, ...]]] = {
    "events": (("customer_id", "anonymous_id"), ("product_id",), ("timestamp",)),
    "products": (("product_id",),),
    "customers": (("customer_id",),),
    "identities": (("customer_id",), ("kind",), ("value",)),
}
"""One name of each group must be there."""


@dataclass(frozen=True)
class Columns:
    """What to read of a table: canonical name -> the table's own names (several are the steps of a path)."""

    own: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> list[str]:
        """The table's own names, each once."""
        return list(dict.fromkeys(name for names in self.own.values() for name in names))

    def __contains__(self, canonical: str) -> bool:
        return canonical in self.own


def resolve(
    table: str,
    present: Sequence[str],
    *,
    mapping: Mapping[str, str | tuple[str, ...]],
    place: str,
    sparse: bool = False,
    rest: bool = False,
) -> Columns:
    """Find every canonical column among those `present` in `place` (a file or a query).

    `sparse` tables may have columns that are not seen at once; with `rest` the columns that are not canonical are kept
    as well, under their own names. DataError for a column that must be
    there and is not, ConfigError for a mapping to or from a name that does not exist.
    """
    canonical = CANONICAL[table]
    own: dict[str, tuple[str, ...]] = {}
    for name, source in mapping.items():
        _check_canonical(table, name)
        own[name] = (source,) if isinstance(source, str) else tuple(source)
        for column in own[name]:
            if column not in present and not sparse:
                raise DataError(_absent(table, name, column, present=present, place=place))
    taken = {column for columns in own.values() for column in columns}
    for column in [*present, *(canonical if sparse else ())]:
        if column not in own and column not in taken and (column in canonical or rest):
            own[column] = (column,)
    for group in REQUIRED[table]:
        if not any(name in own and own[name][0] in present for name in group):
            raise DataError(_missing(table, group, present=present, place=place))
    return Columns(own)


def _check_canonical(table: str, name: str) -> None:
    if name not in CANONICAL[table] and table != "customers":
        close = meant(name, CANONICAL[table])
        known = close or f"; there are: {', '.join(CANONICAL[table])}"
        raise ConfigError(f"esnaf.toml: [tables.{table}] columns: {name!r} is no column of {table}{known}")


def _absent(table: str, name: str, column: str, *, present: Sequence[str], place: str) -> str:
    return (
        f"{place}: no column {column!r}, which [tables.{table}] columns names as {name}; "
        f"there are: {listed(present)}{meant(column, present)}"
    )


def _missing(table: str, group: Sequence[str], *, present: Sequence[str], place: str) -> str:
    near = next((found for name in group for found in close_to(name, present)), None)
    example = f'{group[0]} = "{near or "ITS NAME THERE"}"'
    return (
        f"{place}: no column {' or '.join(map(repr, group))}; there are: {listed(present)}; "
        f"write columns = {{ {example} }} under [tables.{table}] in esnaf.toml"
    )


def listed(names: Sequence[str], most: int = 30) -> str:
    """Names for a message."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + more


def close_to(name: str, names: Iterable[str]) -> list[str]:
    """The most similar of some names, whatever their case, or none."""
    folded = {_fold(n): n for n in names}
    return [folded[n] for n in difflib.get_close_matches(_fold(name), list(folded), 1)]


def meant(name: str, names: Iterable[str]) -> str:
    """The end of a message: `; did you mean 'x'?`, or nothing."""
    close = close_to(name, names)
    return f"; did you mean {close[0]!r}?" if close else ""


def _fold(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())
