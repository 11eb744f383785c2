"""Rejects: the rows set aside, with reason and place, counted and written to a Parquet file."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.arrays import Array, Bools, Counts
from features.tables.chunk import Chunk, Column
from features.tables.reasons import Reason
from features.tables.rendering import rows_as_json
from features.tables.veil import veiled

SCHEMA = pa.schema(
    [
        ("table", pa.string()),
        ("file", pa.string()),
        ("row", pa.int64()),
        ("reason", pa.string()),
        ("values", pa.string()),
    ]
)
REASONS: tuple[Reason, ...] = tuple(Reason)
ACCEPTED = -1
LINE = "line"
"""What a row is called that could not be taken apart."""


def mark(reason: Array, where: Bools, why: Reason) -> None:
    """Give the rows `where` (n,) holds a reason in `reason` (n,), unless they have one already."""
    reason[where & (reason == ACCEPTED)] = REASONS.index(why)


@dataclass(frozen=True)
class Example:
    """The first row that was set aside for a reason."""

    file: str
    row: int
    values: str  # the row as JSON


@dataclass
class Rejects:
    """Collects rejected rows; as a context it replaces the file when all is told, after an error too."""

    path: Path | None = None
    counts: Counter[tuple[str, Reason]] = field(default_factory=Counter)
    examples: dict[tuple[str, Reason], Example] = field(default_factory=dict)
    lines: Counter[str] = field(default_factory=Counter)  # table -> lines that could not be taken apart
    _writer: Any = None

    def __enter__(self) -> Self:
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(_partial(self.path), SCHEMA, compression="zstd")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.path is not None:
            self._writer.close()
            _partial(self.path).replace(self.path)

    def add(self, table: str, place: str, *, row: Counts, reason: Array, values: pa.Table) -> None:
        """Set aside rows: (n,) row numbers, (n,) positions in `REASONS`, and the n rows themselves."""
        if len(row):
            texts = rows_as_json(veiled(table, values))
            kinds, first, count = np.unique(reason, return_index=True, return_counts=True)
            for k, i, n in zip(kinds.tolist(), first.tolist(), count.tolist(), strict=True):
                self.counts[table, REASONS[k]] += n
                self.examples.setdefault((table, REASONS[k]), Example(place, int(row[i]), texts[i].as_py()))
            names = pa.DictionaryArray.from_arrays(pa.array(reason), pa.array([r.value for r in REASONS]))
            self._write(table, place, row=row, reasons=names.dictionary_decode(), values=texts)

    def add_chunk(self, table: str, chunk: Chunk, reason: Array) -> None:
        """Set aside a chunk's malformed lines and the rows whose (n,) reason is not ACCEPTED."""
        bad = np.flatnonzero(reason != ACCEPTED)
        self.lines[table] += len(chunk.malformed)
        if chunk.malformed:
            row, text = zip(*chunk.malformed, strict=True)
            why = np.full(len(row), REASONS.index(Reason.MALFORMED))
            lines = pa.table({LINE: pa.array(text, pa.string())})
            self.add(table, chunk.place, row=np.array(row, np.int64), reason=why, values=lines)
        self.add(table, chunk.place, row=chunk.row[bad], reason=reason[bad], values=chunk.table.take(bad))

    def _write(self, table: str, place: str, *, row: Counts, reasons: Column, values: Column) -> None:
        if self._writer is not None:
            columns = [pa.repeat(table, len(row)), pa.repeat(place, len(row)), pa.array(row), reasons, values]
            self._writer.write_table(pa.table(columns, schema=SCHEMA))


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")
