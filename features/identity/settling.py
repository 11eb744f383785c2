"""Settling: all links of a live store resolved at once, after many came in."""

import json
import time as clock
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select, update

from features.identity.component import id_of
from features.identity.config import IdentityConfig
from features.identity.gathering import Gathering
from features.identity.link import StoredLink
from features.identity.schema import LINKS, MEMBERS, MERGES
from features.store import statements
from features.store.statements import Insertion

if TYPE_CHECKING:
    from features.store.livestore import LiveStore

_ROWS = 2_000  # in a transaction: live events wait for no more than that
_NEW_MEMBERS = Insertion(MEMBERS, ("id", "person", "change"), ("id",))
_NEW_MERGES = Insertion(MERGES, ("time", "change", "person", "member", "cause", "links"), ("sequence",))


@dataclass(frozen=True)
class _Change:
    id: str
    before: str | None  # the person until now, None for an id without a row
    person: str


def settle_all(store: "LiveStore", cause: str = "import") -> int:
    """Follow what the links say by now; how many ids changed their person.

    What is written beside makes what was worked out old: the rest is then worked out again.
    """
    done = 0
    while True:
        with store.backend.reading() as connection:
            mark = _mark(connection)
            links = _links(connection)
            changes = _changes(connection, links, store.book.config)
            if not changes:
                return done
        brought = _brought(links, {change.id for change in changes})
        for begin in range(0, len(changes), _ROWS):
            with store.backend.writing() as connection:
                if _mark(connection) != mark:
                    break
                _write(connection, changes[begin : begin + _ROWS], brought, cause)
                mark = _mark(connection)
            done += len(changes[begin : begin + _ROWS])


def _mark(connection: Connection) -> tuple[int, ...]:
    """Another one after every change of links or persons."""
    figures = (func.max(LINKS.c.sequence), func.count(LINKS.c.undone), func.max(MERGES.c.sequence))
    columns = (select(func.coalesce(figure, 0)).scalar_subquery() for figure in figures)
    return tuple(connection.execute(select(*columns)).one())


def _links(connection: Connection) -> Sequence[tuple[int, StoredLink]]:
    columns = select(LINKS.c.sequence, LINKS.c.one, LINKS.c.other, LINKS.c.time, LINKS.c.probability)
    rows = connection.execute(columns.where(LINKS.c.undone.is_(None)).order_by(LINKS.c.sequence))
    return [(sequence, StoredLink(*link)) for sequence, *link in rows]


def _changes(connection: Connection, links: Sequence[tuple[int, StoredLink]], config: IdentityConfig) -> list[_Change]:
    gathering = Gathering(config)
    gathering.add_stored([link for _, link in links])
    members = gathering.members()
    now = dict(zip(members.ids.to_pylist(), members.persons.to_pylist(), strict=True))
    before = {row.id: row.person for row in connection.execute(select(MEMBERS.c.id, MEMBERS.c.person))}
    changed = (id for id in sorted({*now, *before}) if now.get(id, id) != before.get(id, id))
    return [_Change(id, before.get(id), now.get(id, id)) for id in changed]


def _brought(links: Sequence[tuple[int, StoredLink]], ids: set[str]) -> Mapping[str, list[int]]:
    """The links that tie each of some ids to others: those of a device, and those of a customer to what others have as
    well."""
    count: dict[str, int] = {}
    for _, link in links:
        for end in (link.one, link.other):
            count[end] = count.get(end, 0) + 1
    found: dict[str, list[int]] = {}
    for sequence, link in links:
        for own, other in ((link.one, link.other), (link.other, link.one)):
            id = id_of(own)
            if id in ids and (count[other] > 1 or own.partition(":")[0] != "customer_id"):
                found.setdefault(id, []).append(sequence)
    return found


def _write(connection: Connection, changes: Sequence[_Change], links: Mapping[str, list[int]], cause: str) -> None:
    before = int(connection.execute(select(func.coalesce(func.max(MERGES.c.sequence), 0))).scalar_one())
    moment = int(clock.time())
    merges = []
    for change in changes:
        joined = change.person != change.id
        person = change.person if joined else change.before or change.id
        own = json.dumps([[sequence, None, None] for sequence in links.get(change.id, ())])
        merges.append((moment, "merge" if joined else "split", person, change.id, cause, own))
    statements.insert(connection, merges, _NEW_MERGES)
    made = select(MERGES.c.member, MERGES.c.sequence).where(MERGES.c.sequence > before)
    number = {row.member: row.sequence for row in connection.execute(made)}
    statements.insert(
        connection, [(one.id, one.person, number[one.id]) for one in changes if one.before is None], _NEW_MEMBERS
    )
    for one in changes:
        if one.before is not None:
            values = {"person": one.person, "change": number[one.id]}
            connection.execute(update(MEMBERS).where(MEMBERS.c.id == one.id).values(**values))
