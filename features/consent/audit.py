"""Audit: who looked at or changed what is known of a customer, without any of it.

Customers stand under the keyed hash of their id: the entries of one can be found by the id, and no id by the entries.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from features.consent import changes, schema
from features.store.backend import Backend

_C = schema.AUDIT.c


class Entry(NamedTuple):
    """One access or change."""

    time: int  # seconds since the epoch, UTC
    actor: str  # name of the token, `local` for a service without tokens, `command`
    action: str
    customer_id: str  # its mark where it is read
    result: str


def write(connection: Connection, entry: Entry) -> None:
    """Write one down; inside a transaction that writes."""
    subject = changes.made_marker(connection).of(entry.customer_id)
    values = {"time": entry.time, "actor": entry.actor, "action": entry.action, "result": entry.result}
    connection.execute(insert(schema.AUDIT).values(**values, subject=subject))


def read(backend: Backend, *, customer_id: str | None = None, limit: int = 1_000) -> Sequence[Entry]:
    """The newest entries, of one customer or of all, the newest first."""
    newest = select(_C.time, _C.actor, _C.action, _C.subject, _C.result).order_by(_C.number.desc()).limit(limit)
    with backend.reading() as connection:
        if customer_id is not None:
            marker = changes.marker_of(connection)
            if marker is None:
                return []
            newest = newest.where(_C.subject == marker.of(customer_id))
        return [Entry(*row) for row in connection.execute(newest)]
