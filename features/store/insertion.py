"""Insertion: many rows in one statement, those that are there already left alone."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from features.store import schema
from features.store.event import Event

_NAMES = Event._fields[:-1]  # the database numbers the rows


def insertion(connection: Connection, events: Sequence[Event], received: int) -> None:
    """Write events whose keys are new; all of them came in at `received`."""
    rows = [(*event[:-2], received) for event in events]
    connection.exec_driver_sql(_statement(connection.dialect.name), rows)


@lru_cache
def _statement(name: str) -> str:
    """The statement as text with places for values: SQLAlchemy would take longer over each row than the database."""
    kind, style = (sqlite, "qmark") if name == "sqlite" else (postgresql, "format")
    dialects: Any = kind
    statement = dialects.insert(schema.EVENTS).on_conflict_do_nothing(index_elements=["key"])
    return str(statement.compile(dialect=dialects.dialect(paramstyle=style), column_keys=list(_NAMES)))
