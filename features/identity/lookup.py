"""Lookup: what is known of a person in the live store, and who has an identifier."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from features.errors import SecretError
from features.identity.component import Component, id_of, kind_of, nodes_of
from features.identity.config import IdentityConfig
from features.identity.keys import HOW, Keys
from features.identity.normalise import normal
from features.identity.schema import LINKS, MEMBERS, MERGES, PERSONS, TRAITS

_HIDDEN = "***"


@dataclass(frozen=True)
class Identifier:
    """One identifier of a person."""

    kind: str
    value: str  # masked where it is personal
    time: int  # seconds since the epoch: when it was first seen with the person
    source: str
    shared: bool = False  # several persons have it, so that it identifies nobody


@dataclass(frozen=True)
class Trait:
    """What was said of a person."""

    name: str
    value: Any
    time: int
    source: str


@dataclass(frozen=True)
class Merge:
    """Two ids that became one person's, or were parted."""

    number: int
    time: int
    change: str  # merge or split
    person: str
    member: str
    cause: str
    undone: int | None


@dataclass(frozen=True)
class Lookup:
    """Reads over one connection; without keys personal values are known by their kinds alone."""

    connection: Connection
    config: IdentityConfig
    keys: Keys | None

    def person(self, id: str) -> str:
        """The id that stands for the person of an id, in the store."""
        found = self.connection.execute(select(MEMBERS.c.person).where(MEMBERS.c.id == id)).scalar()
        return id if found is None else str(found)

    def ids(self, person: str) -> list[str]:
        """All ids of a person, the one that stands for it first."""
        rows = select(MEMBERS.c.id).where(MEMBERS.c.person == person, MEMBERS.c.id != person).order_by(MEMBERS.c.id)
        return [person, *self.connection.execute(rows).scalars()]

    def find(self, kind: str, value: str) -> str | None:
        """The person who has an identifier, None where nobody has, or several."""
        own = self.config.kind(kind)
        found = normal(value, own, self.config)
        if found is None:
            return None
        if own.personal and self.keys is None:
            raise SecretError(f"{own.name}: found by its keyed hash alone, and no secret is set; {HOW}")
        values = self.keys.hashes(own.name, found) if own.personal and self.keys else [found]
        nodes = [f"{own.name}:{one}" for one in values]
        component = Component.around(self.connection, nodes, self.config)
        chief = component.resolution.chief.tolist()
        owners = [id_of(component.nodes[chief[component.nodes.index(node)]]) for node in nodes]
        return next((owner for owner in owners if owner is not None), None)

    def identifiers(self, id: str) -> list[Identifier]:
        """Those that were seen with any id of a person, first seen first."""
        nodes = [node for one in self.ids(self.person(id)) for node in nodes_of(one)]
        component = Component.around(self.connection, nodes, self.config)
        shared = {component.nodes[i] for i in component.resolution.shared.nonzero()[0].tolist()}
        c = LINKS.c
        rows = select(c.one, c.other, c.time, c.source).where(or_(c.one.in_(nodes), c.other.in_(nodes)))
        found: dict[str, Identifier] = {}
        for one, other, time, source in self.connection.execute(rows.where(c.undone.is_(None)).order_by(c.time)):
            for node in (one, other):
                own = Identifier(kind_of(node), self._shown(node), time, source, node in shared)
                found.setdefault(node, own)
        return list(found.values())

    def traits(self, id: str) -> list[Trait]:
        """What was said of a person under any id, the latest of each name; nothing without keys."""
        if self.keys is None:
            return []
        rows = select(TRAITS).where(TRAITS.c.id.in_(self.ids(self.person(id)))).order_by(TRAITS.c.time)
        found = {}
        for row in self.connection.execute(rows):
            value = json.loads(self.keys.open(row.sealed, f"{row.id}\0{row.name}".encode()))
            found[row.name] = Trait(row.name, value, row.time, row.source)
        return list(found.values())

    def merges(self, id: str | None = None, limit: int = 50) -> list[Merge]:
        """The newest changes, of one person or of all."""
        c = MERGES.c
        rows = select(c.sequence, c.time, c.change, c.person, c.member, c.cause, c.undone)
        if id is not None:
            ids = self.ids(self.person(id))
            rows = rows.where(or_(c.person.in_(ids), c.member.in_(ids)))
        return [Merge(*row) for row in self.connection.execute(rows.order_by(c.sequence.desc()).limit(limit))]

    def values(self, nodes: Sequence[str]) -> dict[str, str]:
        """Personal values in clear, by node: for the person themselves."""
        if self.keys is None:
            return {}
        rows = self.connection.execute(select(PERSONS.c.node, PERSONS.c.sealed).where(PERSONS.c.node.in_(nodes)))
        return {node: self.keys.open(sealed, node.encode()).decode() for node, sealed in rows}

    def _shown(self, node: str) -> str:
        if not self.config.kind(kind_of(node)).personal:
            return node.partition(":")[2]
        return masked(self.values([node]).get(node, ""))


def masked(value: str) -> str:
    """Enough to recognise one's own: the first letter and the domain of an address, the last digits of a number."""
    name, at, domain = value.partition("@")
    if at:
        return f"{name[:1]}{_HIDDEN}@{domain}"
    return _HIDDEN + (value[-3:] if len(value) >= 7 else "")
