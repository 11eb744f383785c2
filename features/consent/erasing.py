"""Erasing: everything of a customer out of the live store, and a mark by which they are known never to come back."""

import time as clock
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, select

from features.consent import changes, schema
from features.consent.audit import write
from features.consent.change import ChangeKind
from features.consent.entry import Entry
from features.consent.purposes import Consent
from features.exposures.log import ExposureLog
from features.exposures.retention import erase as erase_exposures
from features.interests.schema import INTERESTS
from features.store import schema as store_schema
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from features.tables.patterns import ANONYMOUS

_EVENTS = store_schema.EVENTS.c
_RIGHTS = schema.RIGHTS.c


@dataclass(frozen=True)
class Erased:
    """What an erasure took away; nothing the second time."""

    names: tuple[str, ...]  # the customer's id in the store, and those of devices that nobody else used
    gone: Mapping[str, int]  # rows by what they were: events, consents, exposures

    @property
    def found(self) -> bool:
        """Whether there was anything."""
        return any(self.gone.values())


def erase(store: LiveStore, workspace: Path, config: StoreConfig, customer_id: str, *, actor: str) -> Erased:
    """Take a customer out of the store and the exposure log, and mark the id and its devices.

    From the return on no event of theirs is taken in, and every reader of the store knows that they are to be
    forgotten. Doing it again is harmless. Raises StoreError; what was done until then stays done.
    """
    names = (customer_id, *devices_of(store, customer_id))
    now = int(clock.time())
    with store.backend.writing() as connection:
        gone = _taken_out(connection, names)
        _mark(connection, names, now)
        result = "erased" if any(gone.values()) else "unknown"
        write(connection, Entry(now, actor, "erase", customer_id, result))
    exposures = _forget_lists(workspace, config, names)
    with store.backend.reading() as connection:
        store.backend.tidy(connection)  # what was deleted leaves the file's log too
    return Erased(names, {**gone, "exposures": exposures})


def devices_of(store: LiveStore, customer_id: str) -> tuple[str, ...]:
    """The ids in the store of the devices with which a customer, and nobody else, was seen."""
    with store.backend.reading() as connection:
        own = select(_EVENTS.anonymous_id).where(_EVENTS.customer_id == customer_id).distinct()
        devices = sorted({device for device in connection.execute(own).scalars() if device is not None})
        if not devices:
            return ()
        visitors = [ANONYMOUS + device for device in devices]
        others = select(_EVENTS.anonymous_id).where(
            _EVENTS.anonymous_id.in_(devices), _EVENTS.customer_id.not_in([customer_id, *visitors])
        )
        shared = set(connection.execute(others.distinct()).scalars())
    return tuple(ANONYMOUS + device for device in devices if device not in shared)


def _taken_out(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    theirs = delete(store_schema.EVENTS).where(_EVENTS.customer_id.in_(names))
    said = delete(schema.RIGHTS).where(_RIGHTS.kind == int(ChangeKind.CONSENT), _RIGHTS.subject.in_(names))
    interests = delete(INTERESTS).where(INTERESTS.c.customer_id.in_(names))
    every = {"events": theirs, "consents": said, "interests": interests}
    return {name: connection.execute(rows).rowcount for name, rows in every.items()}


def _mark(connection: Connection, names: Sequence[str], now: int) -> None:
    """Each name once."""
    marker = changes.made_marker(connection)
    marks = [marker.of(name) for name in names]
    there = set(connection.execute(select(_RIGHTS.subject).where(_RIGHTS.subject.in_(marks))).scalars())
    rows = [(mark, ChangeKind.ERASED, Consent()) for mark in marks if mark not in there]
    changes.say(connection, rows, time=now, source="erase")


def _forget_lists(workspace: Path, config: StoreConfig, names: Sequence[str]) -> int:
    """Those who write at this moment are waited for; whoever begins later knows of the erasure."""
    log = ExposureLog.find(workspace, config)
    if log is None:
        return 0
    try:
        with log.backend.writing():
            pass
        gone = erase_exposures(log, names)
        with log.backend.reading() as connection:
            log.backend.tidy(connection)
    finally:
        log.close()
    return gone
