"""Reader: what is in the store, by customer and in the order in which it came in."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from features.store import schema
from features.store.backend import Backend
from features.store.event import Event

_C = schema.EVENTS.c
_LAST = select(func.coalesce(func.max(_C.sequence), 0))
_AFTER = (
    select(*schema.FIELDS)
    .where(_C.sequence > bindparam("after"), _C.sequence <= bindparam("upto"))
    .order_by(_C.sequence)
    .limit(bindparam("limit"))
)
_SINCE = (
    select(*schema.FIELDS)
    .where(_C.customer_id.in_(bindparam("customers", expanding=True)), _C.sequence > bindparam("after"))
    .where(_C.time >= bindparam("time"))
    .order_by(_C.sequence.desc())
    .limit(bindparam("limit"))
)
_EVER = -(2**62)  # seconds
_END = 2**62


class Reader:
    """Reads over one connection that it keeps; threads take turns at it, so each busy thread has a reader of its own.

    Every method raises StoreUnavailable where the database is away, and tries anew at the next call.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._turn = threading.Lock()
        self._held: tuple[ExitStack, Connection] | None = None
        self._commits: int | None = None
        self._last = 0

    def last(self) -> int:
        """The highest sequence; on SQLite a few microseconds where nothing has changed since it was last asked."""
        with self._connection() as connection:
            commits = self._backend.commits(connection)
            if commits is None or commits != self._commits:
                self._last = int(connection.execute(_LAST).scalar_one())
                self._commits = commits
            return self._last

    def after(self, sequence: int, *, limit: int = 10_000, upto: int = _END) -> list[Event]:
        """The first events behind a sequence, in order; nothing behind it is ever missed."""
        return self._events(_AFTER, {"after": sequence, "upto": upto, "limit": limit})

    def since(
        self, customer_ids: Sequence[str], *, sequence: int = 0, time: int | None = None, limit: int = 1_000
    ) -> list[Event]:
        """The newest events of some customers (`anon:ID` for a visitor's session) in the order they came in.

        `sequence` leaves out those up to it, `time` those that happened before that second.
        """
        values = {"customers": list(customer_ids), "after": sequence, "limit": limit}
        return self._events(_SINCE, {**values, "time": _EVER if time is None else time})[::-1]

    def close(self) -> None:
        """Let go of the connection."""
        with self._turn:
            self._release()

    def _events(self, statement: Select[Any], values: dict[str, Any]) -> list[Event]:
        with self._connection() as connection:
            return [Event._make(row) for row in connection.execute(statement, values)]

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with self._turn:
            try:
                if self._held is None:
                    stack = ExitStack()
                    self._held = stack, stack.enter_context(self._backend.reading())
                with self._backend.told():
                    yield self._held[1]
            except BaseException:
                self._release()
                raise

    def _release(self) -> None:
        held, self._held, self._commits = self._held, None, None
        if held is not None:
            held[0].close()
