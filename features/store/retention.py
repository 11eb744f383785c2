"""Retention: old events taken away, and their space given back."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from features.arrays import DAY
from features.store import schema
from features.store.livestore import LiveStore

_ROWS = 5_000  # in a transaction: live events wait for no more than that
_C = schema.EVENTS.c


@dataclass(frozen=True)
class Status:
    """What a store holds."""

    place: str
    events: int
    last: int  # highest sequence that was ever given and is there
    start: int | None  # seconds since the epoch, UTC: the earliest event
    end: int | None  # the latest event
    received: int | None  # when the newest event came in
    bytes: int


@dataclass(frozen=True)
class Compacted:
    """What a compaction did."""

    deleted: int  # events
    before: int  # bytes
    after: int


def status_of(store: LiveStore) -> Status:
    """Count and measure."""
    figures = select(func.count(), func.max(_C.sequence), func.min(_C.time), func.max(_C.time), func.max(_C.received))
    with store.backend.reading() as connection:
        count, last, start, end, received = connection.execute(figures).one()
        return Status(store.place, count, last or 0, start, end, received, store.backend.size(connection))


def compact(store: LiveStore, now: int) -> Compacted:
    """Delete events that happened more than `keep_days` before `now`, and give back space; others go on writing.

    An event that was deleted and is sent once more is taken in once more, and deleted by the next compaction.
    """
    with store.backend.reading() as connection:
        before = store.backend.size(connection)
    deleted = _delete(store, now - store.config.keep_days * DAY) if store.config.keep_days else 0
    with store.backend.reading() as connection:
        store.backend.tidy(connection)
        return Compacted(deleted, before, store.backend.size(connection))


def _delete(store: LiveStore, before: int) -> int:
    old = select(_C.sequence).where(_C.time < before).limit(_ROWS)
    deleted = 0
    while True:
        with store.backend.writing() as connection:
            rows = connection.execute(delete(schema.EVENTS).where(_C.sequence.in_(old))).rowcount
        deleted += rows
        if rows < _ROWS:
            return deleted
