"""LiveStore: the append-only log of events that came in while the shop was open."""

import time as clock
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, func, select, update

from features.consent import audit, changes
from features.consent.change import ChangeKind
from features.consent.entry import Entry
from features.consent.purposes import KEEPING, Consent
from features.consent.register import Register
from features.identity.book import Book
from features.identity.component import id_of
from features.identity.config import IdentityConfig
from features.identity.keys import HOW, Keys
from features.identity.sight import Sight, seen
from features.kinds import Kind
from features.logs import log
from features.store import schema, statements
from features.store.address import Address
from features.store.backend import Backend, backend_of
from features.store.config import StoreConfig
from features.store.event import ERASED, NO_CONSENT, Event, stated_by
from features.store.migrations import migrate
from features.tables.patterns import ANONYMOUS

_IDENTITY = IdentityConfig()


class LiveStore:
    """Takes events in and hands out readers. Safe to use from several threads and processes.

    Every method raises StoreUnavailable where the database is away and StoreBusy where others hold it too long.
    """

    def __init__(self, backend: Backend, config: StoreConfig, book: Book) -> None:
        self.backend, self.config, self.book = backend, config, book
        self.place = backend.place
        self._register = Register()  # for those who hold the lock of writers

    @classmethod
    def open(cls, workspace: Path, config: StoreConfig, identity: IdentityConfig = _IDENTITY) -> Self:
        """The store of a workspace, made where there is none, brought up to this version where it is older.

        Raises:
            ConfigError: an address that cannot be one, or a secret that is too short.
            StoreError: a newer version made it; StoreUnavailable: it cannot be reached or is damaged.
        """
        book = Book(identity, Keys.find())
        backend = backend_of(Address.of(config, workspace), config.timeout)
        try:
            migrate(backend)
        except BaseException:
            backend.close()
            raise
        return cls(backend, config, book)

    @classmethod
    def find(cls, workspace: Path, config: StoreConfig, identity: IdentityConfig = _IDENTITY) -> Self | None:
        """The store of a workspace if it has one; nothing is made."""
        file = Address.of(config, workspace).file
        return None if file is not None and not file.exists() else cls.open(workspace, config, identity)

    def append(self, events: Sequence[Event]) -> list[int]:
        """Write in one transaction; each event's sequence, 0 for one that was there, once it is on the disk.

        Events of who was erased are not kept (`ERASED`), nor of who said here that what they do may be used for nothing
        that it is kept for (`NO_CONSENT`). An event that states a consent changes it, and is kept in any case. What
        identify events say of persons is written with them, and followed at once; what is personal in them stands
        sealed in tables of its own.
        """
        if not events:
            return []
        received = int(clock.time())
        with self.backend.writing() as connection:
            dialect = connection.dialect.name
            ((last, rights),) = statements.last(dialect).rows(connection, {})
            self._follow(connection, rights)
            stated = [stated_by(event) for event in events]
            told = zip(events, stated, strict=True)
            kept, sights = self._read([self._kept(event, stating=one is not None) for event, one in told])
            rows: dict[int, Event] = {}
            said: dict[int, Consent] = {}
            for event, one in zip(kept, stated, strict=True):
                if isinstance(event, Event) and event.key not in rows:  # of equal ones the first
                    rows[event.key] = event
                    said |= {} if one is None else {event.key: one}
            statements.insert(connection, [(*event[:-2], received) for event in rows.values()])
            new = {key: sequence for sequence, key in statements.new(dialect).rows(connection, {"after": last})}
            fresh = [(rows[key].customer_id, ChangeKind.CONSENT, said[key]) for key in said if key in new]
            changes.say(connection, fresh, time=received, source="event")
            if fresh:
                audit.write(connection, *(Entry(received, "event", "consent", who, "changed") for who, *_ in fresh))
            self.book.write(connection, sights)
        return [new.pop(event.key, 0) if isinstance(event, Event) else event for event in kept]

    def _follow(self, connection: Connection, number: int) -> None:
        """Know what changed, however many processes write."""
        if number != self._register.number:
            known = self._register.number if number > self._register.number else 0
            self._register.take(changes.behind(connection, known), changes.marker_of(connection), number)

    def _kept(self, event: Event, *, stating: bool) -> Event | int:
        """The event as it may be kept, or why it may not."""
        register = self._register
        if not register:
            return event
        if register.erased(event.customer_id):
            return ERASED
        said = register.stated(event.customer_id)
        if said is not None and not stating and not said.granting(KEEPING) & KEEPING:
            return NO_CONSENT
        if event.anonymous_id is not None and register.erased(ANONYMOUS + event.anonymous_id):
            return event._replace(anonymous_id=None)  # the device was somebody's who is to be forgotten
        return event

    def _read(self, events: Sequence[Event | int]) -> tuple[Sequence[Event | int], list[Sight]]:
        """The events without what is personal in them, and what they say of persons."""
        read: list[Event | int] = []
        sights = []
        for event in events:
            if isinstance(event, Event) and event.kind == Kind.IDENTIFY:
                stripped, sight = seen(event, self.book.config, self.book.keys)
                read.append(stripped)
                sights.append(self._permitted(sight))
            else:
                read.append(event)
        if any(sight.unkept for sight in sights):
            log.warning("identity.no_secret", values=sum(sight.unkept for sight in sights), way_out=HOW)
        return read, sights

    def _permitted(self, sight: Sight) -> Sight:
        """Without those who were erased, whom properties may name as well."""
        erased = self._register.erased
        nodes = tuple(node for node in sight.nodes if (id := id_of(node.name)) is None or not erased(id))
        return sight if len(nodes) == len(sight.nodes) else replace(sight, nodes=nodes)

    def check(self) -> None:
        """Write and sync what changes nothing: whoever comes back from here can take events in."""
        with self.backend.writing() as connection:
            connection.execute(update(schema.VERSION).values(version=schema.VERSION.c.version))
            statements.last(connection.dialect.name).rows(connection, {})

    def count(self) -> int:
        """Events in the store."""
        with self.backend.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(schema.EVENTS)).scalar_one())

    def close(self) -> None:
        """Let go of the database."""
        self.backend.close()
