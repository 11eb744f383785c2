"""Reader: what is in the store, by customer and in the order in which it came in."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection

from features.consent import changes
from features.consent.change import Change
from features.consent.marker import Marker
from features.identity.link import StoredLink
from features.store import statements
from features.store.backend import Backend
from features.store.event import Event
from features.store.statements import Statement

_EVER = -(2**62)  # seconds
_END = 2**62
_MOST = 100_000  # products that one reading names
NAMED = 1_000
"""Products that a statement names, at most."""


class Following(NamedTuple):
    """What was done with a product after it stood in a list."""

    recommendation_id: str
    product_id: str | None
    kind: int  # of `features.kinds.Kind`
    events: int
    time: int  # of the first, seconds since the epoch, UTC
    quantity: float
    revenue: float | None  # None where no event has a price


class Touched(NamedTuple):
    """Who did something, with which product."""

    customer_id: str
    product_id: str | None
    sequence: int


class Known(NamedTuple):
    """What a reader has had: the events up to a sequence that happened before a second."""

    sequence: int = 0
    end: int = _EVER


NOTHING = Known()


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
        self.rights = 0  # highest number of a change of consent or erasure, as of the last look
        self.told = 0  # as `last`, of what customers said of their interests, when that was asked
        self.persons = 0  # highest number of a change of who is who, as of the last look

    def last(self) -> int:
        """The highest sequence; on SQLite a few microseconds where nothing has changed since it was last asked."""
        with self._connection() as connection:
            commits = self._backend.commits(connection)
            if commits is None or commits != self._commits:
                found = statements.lasts(connection.dialect.name).rows(connection, {})
                ((self._last, self.told, self.rights, self.persons),) = found
                self._commits = commits
            return self._last

    def after(self, sequence: int, *, limit: int = 10_000, upto: int = _END, known: Known = NOTHING) -> list[Event]:
        """The first events behind a sequence, in order, but for `known` ones; nothing behind it is ever missed."""
        values = {"after": sequence, "upto": upto, "limit": limit, "known": known.sequence, "end": known.end}
        with self._connection() as connection:
            return [*map(Event._make, statements.after(connection.dialect.name).rows(connection, values))]

    def digest(self, upto: int) -> str:
        """Of the events up to a sequence: the same as long as none of them goes, or another takes its place."""
        with self._connection() as connection:
            ((count, keys),) = statements.digest(connection.dialect.name).rows(connection, {"upto": upto})
            return f"{count}:{keys}"

    def since(
        self, customer_ids: Sequence[str], *, sequence: int = 0, time: int | None = None, limit: int = 1_000
    ) -> list[Event]:
        """The newest events of some customers (`anon:ID` for a visitor's session) in the order they came in.

        `sequence` leaves out those up to it, `time` those that happened before that second.
        """
        if not customer_ids:
            return []
        values = {"after": sequence, "limit": limit, "time": _EVER if time is None else time}
        customers = {f"c{i}": customer for i, customer in enumerate(statements.evened(customer_ids))}
        with self._connection() as connection:
            statement = statements.since(connection.dialect.name, len(customers))
            return [*map(Event._make, statement.rows(connection, values | customers))][::-1]

    def customers(self, *, sequence: int = 0, time: int | None = None) -> dict[str, int]:
        """Who did something behind a sequence, and from a second on; with the sequence of their last event."""
        values = {"after": sequence, "time": _EVER if time is None else time}
        with self._connection() as connection:
            return dict(statements.customers(connection.dialect.name).rows(connection, values))

    def links(self, until: int | None = None) -> list[StoredLink]:
        """Which identifiers were seen together, before a moment if one is given."""
        with self._connection() as connection:
            values = {"until": _END if until is None else until}
            return [*map(StoredLink._make, statements.links(connection.dialect.name).rows(connection, values))]

    def members(self, change: int = 0) -> dict[str, str]:
        """Ids whose person changed behind a change, with the id of their person; their own where they stand alone."""
        with self._connection() as connection:
            return dict(statements.members(connection.dialect.name).rows(connection, {"change": change}))

    def changes(self, number: int) -> tuple[list[Change], Marker | None]:
        """The changes of consent and the erasures behind a number, and what those who were erased are known by."""
        with self._connection() as connection:
            return changes.behind(connection, number), changes.marker_of(connection)

    def said(self, customer_id: str) -> list[Change]:
        """What one customer stated of their consent, in order."""
        with self._connection() as connection:
            return changes.of_subject(connection, customer_id)

    def touched(self, sequence: int, upto: int, *, time: int | None = None) -> list[Touched]:
        """Who did something with what: the events behind one sequence and up to another, from a second on, in order."""
        with self._connection() as connection:
            rows = statements.touched(connection.dialect.name).rows(connection, _between(sequence, upto, time))
            return [*map(Touched._make, rows)]

    def products(self, sequence: int, upto: int, *, time: int | None = None, limit: int = _MOST) -> list[str]:
        """The products of the same events, the one that was named last first; `limit` of them."""
        values = {**_between(sequence, upto, time), "limit": limit}
        with self._connection() as connection:
            return [name for (name,) in statements.products(connection.dialect.name).rows(connection, values)]

    def about(
        self, product_ids: Sequence[str], sequence: int, upto: int, *, time: int | None = None, limit: int = 1_000
    ) -> list[Event]:
        """The newest of the same events that name some products, in order; at most as many products as `NAMED`."""
        names = {f"p{i}": product for i, product in enumerate(statements.evened(product_ids))}
        values = {**_between(sequence, upto, time), **names, "limit": limit}
        with self._connection() as connection:
            statement = statements.about(connection.dialect.name, len(names))
            return [*map(Event._make, statement.rows(connection, values))][::-1]

    def following(self, first: str, last: str) -> list[Following]:
        """What was done after the lists whose ids lie between two, these included."""
        with self._connection() as connection:
            rows = statements.following(connection.dialect.name).rows(connection, {"first": first, "last": last})
            return [*map(Following._make, rows)]

    def rows(self, statement: Callable[[str], Statement], values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """What a statement finds that is made for a dialect: for the other tables of the store."""
        with self._connection() as connection:
            return statement(connection.dialect.name).rows(connection, values)

    def close(self) -> None:
        """Let go of the connection."""
        with self._turn:
            self._release()

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


def _between(sequence: int, upto: int, time: int | None) -> dict[str, int]:
    return {"after": sequence, "upto": upto, "time": _EVER if time is None else time}
