"""Parquet files, a batch of rows at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import DataError
from features.tables.chunk import CHUNK_ROWS, Chunk

_CODED_BYTES = 6  # a value, where a dictionary did its work: an index of at most 4 bytes and the dictionary's share


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
        """Text columns whose values repeat so much that reading them as codes is faster, going by their size."""
        with pq.ParquetFile(self.path) as file:
            metadata, schema = file.metadata, file.schema_arrow
        if not metadata.num_row_groups:
            return []
        group = metadata.row_group(0)
        columns = [group.column(i) for i in range(group.num_columns)]
        small = {c.path_in_schema for c in columns if c.total_uncompressed_size < _CODED_BYTES * c.num_values}
        return [name for name in names if name in small and _is_text(schema.field(name).type)]

    def _unreadable(self, error: Exception) -> DataError:
        reason = str(error).splitlines()[0]
        return DataError(f"{self.place}: not a readable Parquet file ({reason}); write it again or name another format")


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
