"""Book: what customers said of their interests, as the live store keeps it."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, bindparam, delete, insert, select

from features.consent.audit import note
from features.consent.changes import refuse_erased
from features.interests.schema import INTERESTS
from features.interests.told import NOTHING, Told
from features.store.backend import Backend
from features.store.reader import Reader
from features.store.statements import Statement

_C = INTERESTS.c
_ROWS = 10_000


class Book:
    """Writes, one customer at a time; each is on the disk when its method returns.

    Methods raise StoreBusy or StoreUnavailable as all of the store do, and ErasedError for who was erased.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def declare(self, customer_id: str, names: Sequence[str], now: int, *, actor: str | None = None) -> Told:
        """These are the customer's interests; what they have told by then. Who changed them (`actor`) is audited."""
        with self._backend.writing() as connection:
            refuse_erased(connection, customer_id)
            note(connection, actor, "interests", customer_id, "declared")
            return _put(connection, customer_id, _told(connection, customer_id).declare(names, now))

    def remove(self, customer_id: str, name: str, *, actor: str | None = None) -> Told:
        """The customer does not want to be known for something."""
        with self._backend.writing() as connection:
            refuse_erased(connection, customer_id)
            note(connection, actor, "interests", customer_id, "removed")
            return _put(connection, customer_id, _told(connection, customer_id).remove(name))

    def forget(self, customer_id: str) -> None:
        """Whatever a customer said."""
        with self._backend.writing() as connection:
            connection.execute(delete(INTERESTS).where(_C.customer_id == customer_id))


def told(reader: Reader, *ids: str) -> Told:
    """What a customer said, under whatever id; some ten microseconds an id on SQLite."""
    rows = [row for id in ids for row in reader.rows(_one, {"customer": id})]
    said = NOTHING
    for _, declared, removed in sorted(rows):
        said = said.followed_by(Told.unpacked(declared, removed))
    return said


def tellers(reader: Reader, sequence: int = 0) -> dict[str, int]:
    """Who said anything behind a sequence, with the number of it."""
    return dict(reader.rows(_tellers, {"after": sequence}))


def everything(reader: Reader) -> dict[str, Told]:
    """What all customers said."""
    found: dict[str, Told] = {}
    sequence = 0
    while rows := reader.rows(_all, {"after": sequence, "limit": _ROWS}):
        found |= {customer: Told.unpacked(*texts) for _, customer, *texts in rows}
        sequence = rows[-1][0]
    return found


def _told(connection: Connection, customer_id: str) -> Told:
    rows = _one(connection.dialect.name).rows(connection, {"customer": customer_id})
    return Told.unpacked(*rows[0][1:]) if rows else NOTHING


def _put(connection: Connection, customer_id: str, told: Told) -> Told:
    declared, removed = told.packed()
    connection.execute(delete(INTERESTS).where(_C.customer_id == customer_id))
    connection.execute(insert(INTERESTS).values(customer_id=customer_id, declared=declared, removed=removed))
    return told


@lru_cache
def _one(dialect: str) -> Statement:
    said = select(_C.sequence, _C.declared, _C.removed)
    return Statement.of(said.where(_C.customer_id == bindparam("customer")), dialect)


@lru_cache
def _tellers(dialect: str) -> Statement:
    return Statement.of(select(_C.customer_id, _C.sequence).where(_C.sequence > bindparam("after")), dialect)


@lru_cache
def _all(dialect: str) -> Statement:
    behind = select(_C.sequence, _C.customer_id, _C.declared, _C.removed).where(_C.sequence > bindparam("after"))
    return Statement.of(behind.order_by(_C.sequence).limit(bindparam("limit")), dialect)
