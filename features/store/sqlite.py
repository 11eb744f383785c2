"""SQLite: the embedded store, a file that several processes of one machine share.

Readers see every commit at once and never wait (write-ahead log). A commit is on the disk before it is acknowledged:
with `synchronous=FULL` the log is synced at each (https://www.sqlite.org/pragma.html#pragma_synchronous). What may be
lost with the machine, but never damaged, is kept with `NORMAL`, and synced now and then.
"""

import errno
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event

from features.errors import StoreBusy
from features.logs import log
from features.store.address import Address
from features.store.failures import told
from features.store.keeping import EVENTS, Keeping

_PAUSE = 0.005  # seconds
_LOOK = 0.0002  # seconds: short beside the sync of a commit, so that who waits comes in between two of another's
_PAGES = 1_000  # given back at a time: writers wait for no more than that


class Sqlite:
    """One file, with its log beside it (`-wal`, `-shm`) and a lock of ours (`.lock`)."""

    def __init__(self, address: Address, timeout: float, keeping: Keeping = EVENTS) -> None:
        self.address, self.place, self.timeout = address, address.place, timeout
        self._synchronous = "FULL" if keeping.durable else "NORMAL"
        with told(address, sqlite3.Error), suppress(FileExistsError):
            # Events are personal: only the owner may read them. A file that is there is never opened but by SQLite: to
            # close it would take away the locks of all its connections in this process (sqlite.org/howtocorrupt.html).
            if Path(self.place).is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            os.close(os.open(self.place, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        arguments = {"timeout": timeout, "check_same_thread": False}
        self.engine = create_engine(
            address.url, isolation_level="AUTOCOMMIT", hide_parameters=True, connect_args=arguments
        )
        event.listen(self.engine, "connect", self._prepare)

    def _prepare(self, connection: Any, _: object) -> None:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts for a new file alone
        end = time.monotonic() + self.timeout
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:  # this pragma does not wait for others, whatever the timeout
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(_PAUSE)
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten: it may be of who was erased
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Every statement for itself."""
        with told(self.address, sqlite3.Error), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """From `BEGIN IMMEDIATE` to `COMMIT`, or `ROLLBACK` after an error.

        Processes wait for each other at our own lock and look often: SQLite asks again after ever longer pauses, and a
        busy writer would keep the others out for long.
        """
        with told(self.address, sqlite3.Error), self.engine.connect() as connection, self._turn():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                driver: Any = connection.connection.dbapi_connection
                if driver.in_transaction:  # a full disk has ended it already
                    driver.rollback()
                raise

    @contextmanager
    def _turn(self) -> Iterator[None]:
        handle = os.open(f"{self.place}.lock", os.O_RDWR | os.O_CREAT, 0o600)  # a lock is of the handle that took it
        try:
            self._wait(handle)
            yield
        finally:
            os.close(handle)

    def _wait(self, handle: int) -> None:
        end = time.monotonic() + self.timeout
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    message = f"{self.place}: another process writes for too long; is it stopped?"
                    raise StoreBusy(message, retry_after=1) from None
                time.sleep(_LOOK)
            else:
                return

    def told(self) -> AbstractContextManager[None]:
        """Driver errors as ours."""
        return told(self.address, sqlite3.Error)

    def commits(self, connection: Connection) -> int | None:
        """SQLite's own count: it changes with every commit of another connection."""
        driver: Any = connection.connection.dbapi_connection  # SQLAlchemy would take ten times as long
        return int(driver.execute("PRAGMA data_version").fetchone()[0])

    def tidy(self, connection: Connection) -> None:
        """Shrink the file in small steps, and empty the log into it. The log is emptied in a turn of ours, or busy
        writers would keep it from that; whoever reads for long does, and then it is told."""
        driver: Any = connection.connection.dbapi_connection  # which does not mind that there are no rows
        while connection.exec_driver_sql("PRAGMA freelist_count").scalar_one() > 0:
            with self._turn():
                driver.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
        driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()  # most of it while others go on
        with self._turn():
            kept, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if kept:
            log.warning("store.log_kept", place=self.place, way_out="`esnaf store compact` empties it later")

    def size(self, connection: Connection) -> int:
        """The file and its log."""
        files = (Path(f"{self.place}{end}") for end in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()
