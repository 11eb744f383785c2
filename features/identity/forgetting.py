"""Forgetting: everything that the tables of identity have of some ids, taken away."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select

from features.identity.component import nodes_of
from features.identity.schema import LINKS, MEMBERS, MERGES, PERSONS, TRAITS

_L = LINKS.c


def others_of(connection: Connection, id: str) -> tuple[str, ...]:
    """The other ids of a person."""
    own = select(MEMBERS.c.person).where(MEMBERS.c.id == id)
    person = connection.execute(own).scalar() or id
    rows = connection.execute(select(MEMBERS.c.id).where(MEMBERS.c.person == person).order_by(MEMBERS.c.id)).scalars()
    return tuple(other for other in (person, *rows) if other != id)


def forget(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Take the links, traits and merges of some ids away, and identifiers that nobody else has; rows by what they were.

    What others have in common with them stays theirs. Ids in the store: customers, and `anon:X` for devices.
    """
    nodes = [node for id in ids for node in nodes_of(id)]
    about = or_(_L.one.in_(nodes), _L.other.in_(nodes))
    ends = {end for row in connection.execute(select(_L.one, _L.other).where(about)) for end in row} - set(nodes)
    gone = {"identities": _deleted(connection, LINKS, about)}
    for end in sorted(ends):
        left = select(func.count()).select_from(LINKS).where(or_(_L.one == end, _L.other == end))
        if not connection.execute(left).scalar_one():
            gone["identities"] += _deleted(connection, PERSONS, PERSONS.c.node == end)
    gone["traits"] = _deleted(connection, TRAITS, TRAITS.c.id.in_(ids))
    _deleted(connection, MERGES, or_(MERGES.c.person.in_(ids), MERGES.c.member.in_(ids)))
    _deleted(connection, MEMBERS, or_(MEMBERS.c.id.in_(ids), MEMBERS.c.person.in_(ids)))
    return gone


def _deleted(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(where)).rowcount
