"""Chunk: some rows of a table as they stand in one file, and the protocol of what reads them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

import pyarrow as pa

from features.arrays import Counts
from features.consent.register import Register
from features.identity.link import StoredLink
from features.interests.told import Told

Column: TypeAlias = pa.Array
CHUNK_ROWS = 262_144
BLOCK_BYTES = 16 << 20


@dataclass(frozen=True)
class Chunk:
    """n rows; columns have whatever type the file gives them."""

    place: str  # the file's name, or the query
    table: pa.Table  # (n, columns)
    row: Counts  # (n,) number of each row in its file, counted from 1 without a header
    malformed: Sequence[tuple[int, str]] = ()  # row number and text of lines that could not be taken apart

    def column(self, name: str) -> Column:
        """(n,) a column in one piece; all null where this chunk has none of that name."""
        if name not in self.table.column_names:
            return pa.nulls(len(self.row), pa.string())
        column = self.table.column(name).combine_chunks()
        return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column

    def select(self, names: Sequence[str]) -> "Chunk":
        """Some columns alone, as far as they are here."""
        return replace(self, table=self.table.select([name for name in names if name in self.table.column_names]))


class Reader(Protocol):
    """One file or query."""

    place: str  # for messages
    names: Sequence[str]  # of the columns there
    sparse: bool  # rows may have columns that `names` lacks

    def chunks(self, names: Sequence[str]) -> Iterator[Chunk]:
        """All rows, in order, with the columns named; DataError where they cannot be read."""


class LiveReader(Reader, Protocol):
    """A store of rows that are numbered as they come in; more come, and old ones may go."""

    last: int  # number of the last row that is read
    register: Register  # what customers said and asked of the shop, as of then
    told: Mapping[str, Told]  # what customers say of their interests, by id

    def behind(self, sequence: int, time: int) -> Reader:
        """Of the rows up to the number `sequence` only those from a time on, in seconds, and all behind it."""

    def digest(self, sequence: int) -> str:
        """Another one where other rows have the numbers up to `sequence`."""

    def links(self, until: int | None) -> tuple[Sequence[StoredLink], int]:
        """Which identifiers were seen together before a moment, and the number of the last change of persons."""


def all_chunks(readers: Sequence[Reader], names: Sequence[str]) -> Iterator[Chunk]:
    """The chunks of several files; a column that one of them lacks is null there."""
    for reader in readers:
        yield from reader.chunks([name for name in names if reader.sparse or name in reader.names])
