"""Newer: the rows of a table from a moment on; what lies before it is counted, and read no further than that takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from features.arrays import DAY, Counts, Times
from features.tables.chunk import Chunk, Column, Reader, all_chunks
from features.tables.columns import Columns
from features.tables.config import TimeConfig
from features.tables.parquet_file import Group, ParquetFile
from features.tables.text import compact
from features.tables.times import times

ENOUGH = 3  # groups that tell whether a look at their times is worth it


@dataclass(frozen=True)
class Newer:
    """The rows of a part of a table whose time is `since` or later.

    Rows and lines without a time that can be read are neither: they were judged when they came.
    """

    chunk: Chunk | None  # None where there are none
    rows: int  # of the part, and lines that could not be taken apart
    earlier: int  # rows of before


@dataclass(frozen=True)
class Since:
    """How to tell newer rows."""

    time: int  # seconds since the epoch, UTC
    columns: Columns
    config: TimeConfig
    column: str  # canonical name

    def parts(self, readers: Sequence[Reader]) -> Iterator[Newer]:
        """A table part by part."""
        for reader in readers:
            if isinstance(reader, ParquetFile) and self._own in reader.names:
                yield from self._of_groups(reader.groups())
            else:
                yield from map(self._of_chunk, all_chunks([reader], self.columns.names))

    @property
    def _own(self) -> str:
        return self.columns.own[self.column][0] if self.column in self.columns else ""

    def _of_chunk(self, chunk: Chunk) -> Newer:
        moment = self._times(chunk.column(self._own) if self._own else pa.nulls(len(chunk.row), pa.string()))
        keep = np.flatnonzero(moment >= self.time)
        rest = replace(chunk, table=_taken(chunk.table, keep), row=chunk.row[keep], malformed=())
        return Newer(rest if len(keep) else None, len(chunk.row) + len(chunk.malformed), self._earlier(moment))

    def _of_groups(self, groups: Iterator[Group]) -> Iterator[Newer]:
        """What a file says of a whole group of its rows is looked at first, and then their times alone, unless rows are
        in no order at all and nearly every group has newer ones."""
        looked = in_vain = 0
        for group in groups:
            span = group.span(self._own)
            if span is not None and span.first > DAY and span.last < self.time - DAY:  # whatever the zone
                yield Newer(None, group.rows, span.count)
                continue
            if looked < ENOUGH or 2 * in_vain < looked:
                moment = np.concatenate([self._times(c.column(self._own)) for c in group.chunks([self._own])])
                looked += 1
                if not (moment >= self.time).any():
                    yield Newer(None, group.rows, self._earlier(moment))
                    continue
                in_vain += 1
            yield from map(self._of_chunk, group.chunks([n for n in self.columns.names if n in group.names]))

    def _times(self, column: Column) -> Times:
        """(n,) 0 where there is none."""
        moment, bad = times(column, self.config)
        return np.where(bad | (moment < 0), 0, moment)

    def _earlier(self, moment: Times) -> int:
        return int(((moment > 0) & (moment < self.time)).sum())


def _taken(table: pa.Table, at: Counts) -> pa.Table:
    """Some rows, and no texts but theirs: each distinct one is looked at."""
    taken = table.take(at)
    for number, field in enumerate(taken.schema):
        if pa.types.is_dictionary(field.type):
            taken = taken.set_column(number, field.name, compact(taken.column(number).combine_chunks()))
    return taken
