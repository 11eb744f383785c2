"""Parquet files, a batch of rows at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.errors import DataError
from features.tables.chunk import CHUNK_ROWS, Chunk

_SAMPLE_ROWS = 16_384
_UNIQUE = 0.99  # a column with more distinct values than this share of its rows has ids of its own rows


class ParquetFile:
    """A Parquet file; only the columns asked for are read."""

    sparse = False

    def __init__(self, path: Path, place: str) -> None:
        self.path, self.place = path, place
        try:
            with pq.ParquetFile(path) as file:
                self.names: Sequence[str] = file.schema_arrow.names
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(error) from error

    def chunks(self, names: Sequence[str]) -> Iterator[Chunk]:
        """All rows in order."""
        done = 0
        try:
            with pq.ParquetFile(self.path, read_dictionary=self._repetitive(names)) as file:
                for batch in file.iter_batches(CHUNK_ROWS, columns=list(names)):
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


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
