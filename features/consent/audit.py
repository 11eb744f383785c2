"""Audit: who looked at or changed what is known of a customer, without any of it.

Customers stand under the keyed hash of their id: the entries of one can be found by the id, and no id by the entries.
"""

import time as clock
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from features.consent import changes, schema
from features.consent.entry import Entry
from features.store.backend import Backend

_C = schema.AUDIT.c


def write(connection: Connection, *entries: Entry) -> None:
    """Write some down; inside a transaction that writes."""
    marker = changes.made_marker(connection)
    names = ("time", "actor", "action", "result")
    rows = [{name: getattr(one, name) for name in names} | {"subject": marker.of(one.customer_id)} for one in entries]
    connection.execute(insert(schema.AUDIT), rows)


def note(connection: Connection, actor: str | None, action: str, customer_id: str, result: str) -> None:
    """Write one down as of now, where somebody is named; inside a transaction that writes."""
    if actor is not None:
        write(connection, Entry(int(clock.time()), actor, action, customer_id, result))


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
