"""Known: the identifiers and traits that the live store has of a person, read as quickly as a record asks for them."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select

from features.errors import SecretError
from features.identity.component import kind_of, nodes_of
from features.identity.config import IdentityConfig
from features.identity.keys import Keys
from features.identity.schema import LINKS, PERSONS, TRAITS
from features.store.reader import Reader
from features.store.statements import Statement

_MOST = 200  # nodes that are asked about
_L = LINKS.c


class Known(NamedTuple):
    """One identifier; its value is None where it is sealed with a secret that is not ours."""

    kind: str
    value: str | None
    time: int  # seconds since the epoch, UTC: when it was first seen with the person
    source: str  # event, table, match or hand


def identifiers_of(reader: Reader, ids: Sequence[str], config: IdentityConfig, keys: Keys | None) -> list[Known]:
    """What was seen with the ids of a person, and these but for the first, in clear; first seen first."""
    nodes = [node for id in ids for node in nodes_of(id)][:_MOST]
    found: dict[str, tuple[int, str]] = {}
    for one, other, time, source in reader.rows(partial(_links, len(nodes)), _named(nodes)):
        for node in (one, other):
            found.setdefault(node, (time, source))
    own = set(nodes_of(ids[0]))
    known = [node for node in found if node not in own][:_MOST]
    values = _values(reader, known, config, keys)
    return [Known(kind_of(node), values.get(node), *found[node]) for node in known]


class Trait(NamedTuple):
    """What was said of a person."""

    name: str
    value: Any
    time: int  # seconds since the epoch, UTC: when it was said
    source: str  # event, table or said


def all_traits(reader: Reader, ids: Sequence[str], keys: Keys | None) -> list[Trait]:
    """What each source said last of a person under each id, the latest last; nothing without keys."""
    if keys is None:
        return []
    found, some = [], ids[:_MOST]
    for id, name, source, sealed, time in reader.rows(partial(_traits, len(some)), _named(some)):
        value = _opened(keys, sealed, f"{id}\0{name}")
        if value is not None:
            found.append(Trait(name, json.loads(value), time, source))
    return found


def traits_of(reader: Reader, ids: Sequence[str], keys: Keys | None) -> dict[str, tuple[Any, int, str]]:
    """Of these by name the latest value, its time and its source."""
    return {trait.name: trait[1:] for trait in all_traits(reader, ids, keys)}


def _values(reader: Reader, nodes: Sequence[str], config: IdentityConfig, keys: Keys | None) -> dict[str, str]:
    personal = [node for node in nodes if config.kind(kind_of(node)).personal]
    plain = {node: node.partition(":")[2] for node in nodes if node not in personal}
    if not personal or keys is None:
        return plain
    rows = reader.rows(partial(_persons, len(personal)), _named(personal))
    opened = {node: _opened(keys, sealed, node) for node, sealed in rows}
    return plain | {node: value for node, value in opened.items() if value is not None}


def _opened(keys: Keys, sealed: bytes, about: str) -> str | None:
    try:
        return keys.open(bytes(sealed), about.encode()).decode()
    except SecretError:
        return None


def _named(values: Sequence[str]) -> Mapping[str, str]:
    return {f"n{place}": value for place, value in enumerate(values)}


def _places(size: int) -> list[Any]:
    return [bindparam(f"n{place}") for place in range(size)]


@lru_cache
def _links(size: int, dialect: str) -> Statement:
    found = select(_L.one, _L.other, _L.time, _L.source).where(_L.undone.is_(None))
    about = or_(_L.one.in_(_places(size)), _L.other.in_(_places(size)))
    return Statement.of(found.where(about).order_by(_L.time, _L.sequence), dialect)


@lru_cache
def _persons(size: int, dialect: str) -> Statement:
    found = select(PERSONS.c.node, PERSONS.c.sealed).where(PERSONS.c.node.in_(_places(size)))
    return Statement.of(found, dialect)


@lru_cache
def _traits(size: int, dialect: str) -> Statement:
    c = TRAITS.c
    found = select(c.id, c.name, c.source, c.sealed, c.time).where(c.id.in_(_places(size))).order_by(c.time)
    return Statement.of(found, dialect)
