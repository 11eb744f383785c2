"""Tables from a database, streamed."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from features.errors import ConfigError, DataError
from features.tables.chunk import CHUNK_ROWS, Chunk, Column


class SqlQuery:
    """The rows of a SELECT, in the order that the database gives them."""

    sparse = False

    def __init__(self, table: str, url: str, query: str = "") -> None:
        self.place = f"the query of [tables.{table}]"
        self.query = text(query or f"SELECT * FROM {table}")  # noqa: S608  # one of four fixed names
        try:
            address = make_url(os.path.expandvars(url))
            self.engine = create_engine(address)
            with self.engine.connect() as connection:
                self.names: Sequence[str] = list(connection.execute(self.query).keys())
        except ModuleNotFoundError as error:
            raise ConfigError(f"{self.place}: the driver {error.name!r} is missing; install it with pip") from error
        except SQLAlchemyError as error:
            raise self._unreadable(error) from error

    def chunks(self, names: Sequence[str]) -> Iterator[Chunk]:
        """All rows in order."""
        done = 0
        try:
            with self.engine.connect() as connection:
                for rows in self._partitions(connection):
                    table = pa.table(dict(zip(self.names, map(_column, zip(*rows, strict=True)), strict=True)))
                    yield Chunk(self.place, table.select(list(names)), np.arange(done + 1, done + len(rows) + 1))
                    done += len(rows)
        except SQLAlchemyError as error:
            raise self._unreadable(error) from error

    def _partitions(self, connection: Connection) -> Iterator[Sequence[Any]]:
        options = {"stream_results": True, "yield_per": CHUNK_ROWS}
        yield from connection.execute(self.query, execution_options=options).partitions()

    def _unreadable(self, error: SQLAlchemyError) -> DataError:
        reason = str(error).splitlines()[0]
        return DataError(f"{self.place}: cannot be read ({reason}); check sql and query in esnaf.toml")


def _column(values: Sequence[Any]) -> Column:
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError):  # values of several types
        return pa.array([None if value is None else str(value) for value in values], pa.string())
