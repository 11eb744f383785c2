"""Forgetting: everything that the tables of identity have of some ids, taken away."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select

from features.identity.component import MOST_NODES, id_of, nodes_of
from features.identity.questions import links_of
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
    about = _touching(nodes)
    ends = {end for row in connection.execute(select(_L.one, _L.other).where(about)) for end in row} - set(nodes)
    gone = {"identities": _deleted(connection, LINKS, about)}
    for end in sorted(ends):
        left = _nobodys(connection, end)
        gone["identities"] += _deleted(connection, LINKS, _touching(left))
        gone["identities"] += _deleted(connection, PERSONS, PERSONS.c.node.in_(left))
    gone["traits"] = _deleted(connection, TRAITS, TRAITS.c.id.in_(ids))
    _deleted(connection, MERGES, or_(MERGES.c.person.in_(ids), MERGES.c.member.in_(ids)))
    _deleted(connection, MEMBERS, or_(MEMBERS.c.id.in_(ids), MEMBERS.c.person.in_(ids)))
    return gone


def _nobodys(connection: Connection, end: str) -> list[str]:
    """An identifier and those that were seen with it, without a customer; none where any hangs together with a customer
    or a device."""
    found, new = {end}, {end}
    while new and len(found) <= MOST_NODES:
        if any(id_of(node) is not None for node in new):
            return []
        new = {node for _, *ends, _, _ in links_of(connection, sorted(new)) for node in ends} - found
        found |= new
    return sorted(found) if len(found) <= MOST_NODES else [end]


def _touching(nodes: Sequence[str]) -> ColumnElement[bool]:
    return or_(_L.one.in_(nodes), _L.other.in_(nodes))


def _deleted(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(where)).rowcount
