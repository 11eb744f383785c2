"""LiveStore: the append-only log of events that came in while the shop was open."""

import time as clock
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from sqlalchemy import func, select, update

from features.identity.book import Book
from features.identity.config import IdentityConfig
from features.identity.keys import HOW, Keys
from features.identity.sight import Sight, seen
from features.kinds import Kind
from features.logs import log
from features.store import schema, statements
from features.store.address import Address
from features.store.backend import Backend, backend_of
from features.store.config import StoreConfig
from features.store.event import Event
from features.store.migrations import migrate

_IDENTITY = IdentityConfig()


class LiveStore:
    """Takes events in and hands out readers. Safe to use from several threads and processes.

    Every method raises StoreUnavailable where the database is away and StoreBusy where others hold it too long.
    """

    def __init__(self, backend: Backend, config: StoreConfig, book: Book) -> None:
        self.backend, self.config, self.book = backend, config, book
        self.place = backend.place

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

        What identify events say of persons is written with them, and followed at once; what is personal in them stands
        sealed in tables of its own.
        """
        if not events:
            return []
        events, sights = self._read(events)
        rows: dict[int, Event] = {}
        for event in events:
            rows.setdefault(event.key, event)  # of equal ones the first
        received = int(clock.time())
        with self.backend.writing() as connection:
            dialect = connection.dialect.name
            ((last, _),) = statements.last(dialect).rows(connection, {})
            statements.insert(connection, [(*event[:-2], received) for event in rows.values()])
            new = {key: sequence for sequence, key in statements.new(dialect).rows(connection, {"after": last})}
            self.book.write(connection, sights)
        return [new.pop(event.key, 0) for event in events]

    def _read(self, events: Sequence[Event]) -> tuple[Sequence[Event], list[Sight]]:
        if all(event.kind != Kind.IDENTIFY for event in events):
            return events, []
        read: list[Event] = []
        sights = []
        for event in events:
            if event.kind == Kind.IDENTIFY:
                stripped, sight = seen(event, self.book.config, self.book.keys)
                read.append(stripped)
                sights.append(sight)
            else:
                read.append(event)
        if any(sight.unkept for sight in sights):
            log.warning("identity.no_secret", values=sum(sight.unkept for sight in sights), way_out=HOW)
        return read, sights

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
