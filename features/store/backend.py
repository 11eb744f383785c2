"""Backend: what differs between the databases that can hold the store; everything else is the same SQL."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection

from features.store.address import Address
from features.store.keeping import EVENTS, Keeping


class Backend(Protocol):
    """A database. Its methods raise StoreBusy or StoreUnavailable, also for what is done inside their contexts."""

    place: str  # for messages

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection on which every statement sees what is committed by then."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction of the only writer among all processes, committed to the disk at the end.

        One writer at a time makes the order of sequences the order of commits: a reader who has seen a sequence has
        seen all before it.
        """

    def told(self) -> AbstractContextManager[None]:
        """The errors of a connection that is kept after its context began."""

    def commits(self, connection: Connection) -> int | None:
        """A number that changes when others commit; None where asking costs as much as looking."""

    def tidy(self, connection: Connection) -> None:
        """Give back the space of rows that are gone."""

    def size(self, connection: Connection) -> int:
        """Bytes on disk."""

    def close(self) -> None:
        """Let go of all connections."""


def backend_of(address: Address, timeout: float, keeping: Keeping = EVENTS) -> Backend:
    """The database of an address; StoreUnavailable where it cannot be opened. `timeout` in seconds."""
    if address.file is not None:
        from features.store.sqlite import Sqlite

        return Sqlite(address, timeout, keeping)
    from features.store.postgres import Postgres

    return Postgres(address, timeout, keeping)
