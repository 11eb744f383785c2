"""PostgreSQL: a store for several machines."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event, func, select

from features.errors import ConfigError
from features.store.address import Address
from features.store.failures import told
from features.store.keeping import EVENTS, Keeping


class Postgres:
    """One database; its tables lie in the schema that the connection finds first."""

    def __init__(self, address: Address, timeout: float, keeping: Keeping = EVENTS) -> None:
        self.address, self.place, self.timeout = address, address.place, timeout
        self._keeping = keeping
        try:
            self.engine = create_engine(
                address.url,
                isolation_level="AUTOCOMMIT",
                hide_parameters=True,
                pool_pre_ping=True,  # a restarted server costs one question, not one refused list of events
                connect_args={"connect_timeout": max(2, round(timeout)), "application_name": "esnaf"},
            )
            driver: Any = self.engine.dialect.loaded_dbapi
            self._error: type[Exception] = driver.Error
        except ModuleNotFoundError as error:
            raise ConfigError(
                f"{self.place}: the driver {error.name!r} is missing; pip install 'esnaf[postgres]'"
            ) from error
        event.listen(self.engine, "connect", self._prepare)

    def _prepare(self, connection: Any, _: object) -> None:
        """Locks are not waited for without end, and a server set up to acknowledge before it syncs must not do so."""
        autocommit, connection.autocommit = connection.autocommit, True
        connection.execute(f"SET lock_timeout = {round(self.timeout * 1_000)}")
        if not self._keeping.durable:
            connection.execute("SET synchronous_commit = off")
        elif connection.execute("SHOW synchronous_commit").fetchone()[0] == "off":
            connection.execute("SET synchronous_commit = on")
        connection.autocommit = autocommit

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Every statement for itself."""
        with told(self.address, self._error), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction under a lock that all writers take; it ends after the commit can be seen."""
        with told(self.address, self._error), self.engine.connect() as plain:
            connection = plain.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                connection.execute(select(func.pg_advisory_xact_lock(self._keeping.lock)))
                yield connection

    def told(self) -> AbstractContextManager[None]:
        """Driver errors as ours."""
        return told(self.address, self._error)

    def commits(self, connection: Connection) -> int | None:
        """Nothing is known without asking."""
        return None

    def tidy(self, connection: Connection) -> None:
        """What autovacuum would do later."""
        for table in self._keeping.tables:
            connection.exec_driver_sql(f"VACUUM (ANALYZE) {table.name}")

    def size(self, connection: Connection) -> int:
        """The tables with their indices."""
        sizes = (select(func.pg_total_relation_size(table.name)) for table in self._keeping.tables)
        return sum(int(connection.execute(size).scalar_one()) for size in sizes)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()
