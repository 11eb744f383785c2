"""Erasing: everything of a customer out of the live store, and a mark by which they are known never to come back."""

import time as clock
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
from features.identity.forgetting import forget, others_of
from features.interests.schema import INTERESTS
from features.store import schema as store_schema
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from features.tables.patterns import ANONYMOUS

_EVENTS = store_schema.EVENTS.c
_RIGHTS = schema.RIGHTS.c
_NAMED = 1_000  # names of a statement


@dataclass(frozen=True)
class Erased:
    """What an erasure took away; nothing the second time."""

    names: tuple[str, ...]  # all ids of the person in the store, and those of devices that nobody else used
    gone: Mapping[str, int]  # rows by what they were: events, consents, identities, traits, exposures

    @property
    def found(self) -> bool:
        """Whether there was anything."""
        return any(self.gone.values())


def erase(
    store: LiveStore,
    workspace: Path,
    config: StoreConfig,
    customer_id: str,
    *,
    actor: str,
    also: Sequence[str] = (),
) -> Erased:
    """Take a customer out of the store and the exposure log, and mark the id and its devices; `also` are ids of the
    same person that others know of.

    From the return on no event of theirs is taken in, and every reader of the store knows that they are to be
    forgotten. Doing it again is harmless, and goes on where an earlier one was interrupted: what tells the names of the
    person goes last. Raises StoreError; what was done until then stays done.
    """
    names = _marked(store, (customer_id, *also))
    exposures = _forget_lists(workspace, config, names)
    with store.backend.writing() as connection:
        gone = _taken_out(connection, names)
        result = "erased" if exposures or any(gone.values()) else "unknown"
        write(connection, Entry(int(clock.time()), actor, "erase", customer_id, result))
    with store.backend.reading() as connection:
        store.backend.tidy(connection)  # what was deleted leaves the file's log too
    return Erased(names, {**gone, "exposures": exposures})


def _marked(store: LiveStore, ids: Sequence[str]) -> tuple[str, ...]:
    """All names of a person, marked. Looked up again behind the marks, with which nothing more comes in under them."""
    marked: tuple[str, ...] = ()
    while True:
        with store.backend.reading() as connection:
            names = tuple(dict.fromkeys((*marked, *_names(connection, ids))))
        if names == marked:
            return names
        with store.backend.writing() as connection:
            _mark(connection, names[len(marked) :], int(clock.time()))
        marked = names


def _names(connection: Connection, ids: Sequence[str]) -> tuple[str, ...]:
    """Some ids of a person, all others that the store knows, and those of devices that nobody else used."""
    known = tuple(dict.fromkeys((*ids, *(other for id in ids for other in others_of(connection, id)))))
    return tuple(dict.fromkeys((*known, *devices_of(connection, known))))


def devices_of(connection: Connection, ids: Sequence[str]) -> tuple[str, ...]:
    """The ids in the store of the devices with which a person, by all ids, and nobody else, was seen."""
    device, customer = _EVENTS.anonymous_id, _EVENTS.customer_id
    own = select(device).where(customer.in_(ids), device.is_not(None)).distinct()
    devices = sorted(connection.execute(own).scalars())
    if not devices:
        return ()
    others = select(device).where(device.in_(own), customer.not_in(ids), customer != ANONYMOUS + device).distinct()
    shared = set(connection.execute(others).scalars())
    return tuple(ANONYMOUS + one for one in devices if one not in shared)


def _taken_out(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    gone: Counter[str] = Counter()
    for some in _parts(names):
        theirs = delete(store_schema.EVENTS).where(_EVENTS.customer_id.in_(some))
        said = delete(schema.RIGHTS).where(_RIGHTS.kind == int(ChangeKind.CONSENT), _RIGHTS.subject.in_(some))
        interests = delete(INTERESTS).where(INTERESTS.c.customer_id.in_(some))
        every = {"events": theirs, "consents": said, "interests": interests}
        gone.update({name: connection.execute(rows).rowcount for name, rows in every.items()})
        gone.update(forget(connection, some))
    return dict(gone)


def _mark(connection: Connection, names: Sequence[str], now: int) -> None:
    """Each name once."""
    marker = changes.made_marker(connection)
    for some in _parts(names):
        marks = [marker.of(name) for name in some]
        there = set(connection.execute(select(_RIGHTS.subject).where(_RIGHTS.subject.in_(marks))).scalars())
        rows = [(mark, ChangeKind.ERASED, Consent()) for mark in marks if mark not in there]
        changes.say(connection, rows, time=now, source="erase")


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many as a statement may name: whoever sends events can give a customer any number of devices."""
    return (names[begin : begin + _NAMED] for begin in range(0, len(names), _NAMED))


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
