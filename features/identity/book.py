"""Book: links, persons and merges in the live store. Everything is done in the transaction of whoever writes."""

import json
import time as clock
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, select, update

from features.identity.component import Component, CrowdError
from features.identity.config import IdentityConfig
from features.identity.keys import Keys
from features.identity.link import StoredLink
from features.identity.questions import count_of, kept_of, link_between, persons_of
from features.identity.schema import LINKS, MEMBERS, MERGES, PERSONS, TRAITS
from features.identity.sight import Node, Sight
from features.logs import log

MOST_LINKS = 1_000
"""Of one node, that live events make; tables may make more."""
_L, _M = LINKS.c, MEMBERS.c


@dataclass(frozen=True)
class Said:
    """Links that one source said at once."""

    links: Sequence[StoredLink]
    source: str  # event, table, match or hand
    cause: str  # for people to read


@dataclass(frozen=True)
class Book:
    """Writes down who belongs together."""

    config: IdentityConfig
    keys: Keys | None

    def write(self, connection: Connection, sights: Iterable[Sight]) -> None:
        """What identify events say; each once, whatever is written again."""
        for sight in [self._keep(connection, sight) for sight in sights]:
            links = [StoredLink(one, other, sight.time) for one, other in sight.links]
            self.link(connection, Said(links, "event", "identify"))

    def link(self, connection: Connection, said: Said) -> None:
        """Write links, and follow what they change."""
        links = [link for link in said.links if not _full(connection, link)]
        found = [_written(connection, link, said) for link in links]
        changed = [list(one) for one in found if one is not None]
        if changed:
            nodes = {node for link in links for node in (link.one, link.other)}
            self.settle(connection, nodes, cause=said.cause, links=json.dumps(changed))

    def settle(self, connection: Connection, nodes: Iterable[str], *, cause: str, links: str) -> None:
        """Resolve the component of some nodes anew, and write down what that changes.

        Nothing changes where too many nodes hang together: the next training, and `settle_all`, have the time for it.
        """
        try:
            now = Component.around(connection, nodes, self.config).persons()
        except CrowdError as error:
            log.warning(
                "identity.crowd", reason=str(error), way_out="`esnaf identity settle` resolves all links at once"
            )
            return
        before = persons_of(connection, list(now))
        for id, person in sorted(now.items()):
            if before.get(id, id) == person:
                continue
            joined = person != id
            entry = {"person": person if joined else before[id], "member": id, "change": "merge" if joined else "split"}
            merge = insert(MERGES).values(time=int(clock.time()), cause=cause, links=links, **entry)
            done = connection.execute(merge)
            _place(connection, id, person, int(done.inserted_primary_key[0]))  # type: ignore[index]  # there is one

    def undo(self, connection: Connection, merge: int) -> str | None:
        """Take back what brought a merge about; the id that is somebody's own again, None where there is no such merge,
        or it is undone."""
        row = connection.execute(select(MERGES).where(MERGES.c.sequence == merge, MERGES.c.undone.is_(None))).first()
        if row is None or row.change != "merge":
            return None
        now = int(clock.time())
        nodes: set[str] = set()
        for sequence, time, probability in json.loads(row.links):
            values = {"undone": now} if time is None else {"time": time, "probability": probability}
            connection.execute(update(LINKS).where(_L.sequence == sequence).values(**values))
            ends = connection.execute(select(_L.one, _L.other).where(_L.sequence == sequence)).first()
            nodes.update(ends or ())  # a rotation may have found it twice
        same = MERGES.c.links == row.links
        connection.execute(update(MERGES).where(same, MERGES.c.undone.is_(None)).values(undone=now))
        self.settle(connection, nodes, cause=f"undo of {merge}", links="[]")
        return str(row.member)

    def _keep(self, connection: Connection, sight: Sight) -> Sight:
        """The personal values, sealed: identifiers once, of each trait the latest. The sight under the names that its
        values have in the store: until a rotation is done, those of a former secret."""
        if self.keys is None:
            return sight
        nodes = [self._kept(connection, node, sight.time) if node.kind.personal else node for node in sight.nodes]
        for name, value in sight.traits.items():
            own = {"id": sight.who, "name": name, "source": "event"}
            sealed = self.keys.seal(json.dumps(value).encode(), f"{sight.who}\0{name}".encode())
            _latest(connection, own, {"sealed": sealed, "time": sight.time})
        return replace(sight, nodes=tuple(nodes))

    def _kept(self, connection: Connection, node: Node, time: int) -> Node:
        names = (node.name, *node.former)
        known = kept_of(connection, names)
        if not known and self.keys is not None:
            sealed = self.keys.seal(node.value.encode(), node.name.encode())
            connection.execute(insert(PERSONS).values(node=node.name, sealed=sealed, time=time))
        return replace(node, name=next((name for name in names if name in known), node.name))


def _full(connection: Connection, link: StoredLink) -> bool:
    """Whether an end of a new link has as many as are kept: with the earlier ones it is shared, or over its limits."""
    if link_between(connection, link) is not None:
        return False
    return any(count_of(connection, node, MOST_LINKS) >= MOST_LINKS for node in (link.one, link.other))


def _written(connection: Connection, link: StoredLink, said: Said) -> tuple[int, int | None, float | None] | None:
    """Write one link. Its sequence, and the time and probability that it had before, if that changes anything; None
    otherwise, and for one that was taken back."""
    row = link_between(connection, link)
    if row is None:
        values = {**link._asdict(), "source": said.source, "cause": said.cause}
        done = connection.execute(insert(LINKS).values(**values))
        return int(done.inserted_primary_key[0]), None, None  # type: ignore[index]  # there is one
    sequence, time, probability, undone = row
    if undone is not None or (link.time >= time and link.probability <= probability):
        return None
    better = {"time": min(link.time, time), "probability": max(link.probability, probability)}
    connection.execute(update(LINKS).where(_L.sequence == sequence).values(**better))
    return sequence, time, probability


def _place(connection: Connection, id: str, person: str, change: int) -> None:
    done = connection.execute(update(MEMBERS).where(_M.id == id).values(person=person, change=change))
    if not done.rowcount:
        connection.execute(insert(MEMBERS).values(id=id, person=person, change=change))


def _latest(connection: Connection, own: dict[str, str], values: dict[str, Any]) -> None:
    where = [TRAITS.c[name] == value for name, value in own.items()]
    known = connection.execute(select(TRAITS.c.time).where(*where)).scalar()
    if known is None:
        connection.execute(insert(TRAITS).values(**own, **values))
    elif known <= values["time"]:
        connection.execute(update(TRAITS).where(*where).values(**values))
