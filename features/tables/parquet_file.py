"""Parquet files, a batch of rows at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.errors import DataError
from features.tables.chunk import CHUNK_ROWS, Chunk

_SAMPLE_ROWS = 16_384
_UNIQUE = 0.99  # a column with more distinct values than this share of its rows has ids of its own rows


@dataclass(frozen=True)
class Span:
    """What a file says of the times of a group of rows."""

    first: float  # seconds since the epoch, a time without a zone being in UTC
    last: float
    count: int  # rows that have a time


class ParquetFile:
    """A Parquet file; only the columns asked for are read."""

    sparse = False

    def __init__(self, path: Path, place: str) -> None:
        self.path, self.place = path, place
        self._texts: dict[tuple[str, ...], list[str]] = {}
        try:
            with pq.ParquetFile(path) as file:
                self.names: Sequence[str] = file.schema_arrow.names
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(error) from error

    def chunks(self, names: Sequence[str]) -> Iterator[Chunk]:
        """All rows in order."""
        yield from self._chunks(names, None, 0)

    def groups(self) -> Iterator["Group"]:
        """The groups in which the file keeps its rows, in order."""
        try:
            with pq.ParquetFile(self.path) as file:
                found = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(error) from error
        done = 0
        for number, metadata in enumerate(found):
            yield Group(self, number, done, metadata)
            done += metadata.num_rows

    def _chunks(self, names: Sequence[str], groups: list[int] | None, done: int) -> Iterator[Chunk]:
        try:
            if tuple(names) not in self._texts:
                self._texts[tuple(names)] = self._repetitive(names)
            with pq.ParquetFile(self.path, read_dictionary=self._texts[tuple(names)]) as file:
                for batch in file.iter_batches(CHUNK_ROWS, row_groups=groups, columns=list(names)):
                    row = np.arange(done + 1, done + len(batch) + 1)
                    done += len(batch)
                    yield Chunk(self.place, pa.Table.from_batches([batch]), row)
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(error) from error

    def _repetitive(self, names: Sequence[str]) -> list[str]:
        """Text columns in which values come again, which are read faster as codes; told by the first rows."""
        with pq.ParquetFile(self.path) as file:
            texts = [name for name in names if _is_text(file.schema_arrow.field(name).type)]
            first = next(file.iter_batches(_SAMPLE_ROWS, columns=texts), None)
        if first is None:
            return []
        return [n for n in texts if pc.count_distinct(first.column(n)).as_py() < _UNIQUE * len(first)]

    def _unreadable(self, error: Exception) -> DataError:
        reason = str(error).splitlines()[0]
        return DataError(f"{self.place}: not a readable Parquet file ({reason}); write it again or name another format")


@dataclass(frozen=True)
class Group:
    """Some rows of a file that lie together."""

    file: ParquetFile
    number: int
    done: int  # rows before it
    metadata: Any

    @property
    def rows(self) -> int:
        """How many they are."""
        return int(self.metadata.num_rows)

    @property
    def names(self) -> Sequence[str]:
        """Of the columns there."""
        return self.file.names

    def chunks(self, names: Sequence[str]) -> Iterator[Chunk]:
        """The rows in order."""
        yield from self.file._chunks(names, [self.number], self.done)  # noqa: SLF001  # a part of it

    def span(self, column: str) -> Span | None:
        """The times of a column, None where the file does not tell them."""
        for number in range(self.metadata.num_columns):
            found = self.metadata.column(number)
            if found.path_in_schema == column:
                told = found.statistics
                if told is None or not told.has_min_max or not told.has_null_count:
                    return None
                if not isinstance(told.min, datetime) or not isinstance(told.max, datetime):
                    return None
                return Span(_seconds(told.min), _seconds(told.max), self.rows - told.null_count)
        return None


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
