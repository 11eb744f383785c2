"""Newer: the rows of a table from a moment on; what lies before it is counted, and read no further than that takes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pyarrow as pa

from features.arrays import DAY, Counts, Times
from features.tables.chunk import CHUNK_ROWS, Chunk, Column, Reader, all_chunks
from features.tables.columns import Columns
from features.tables.config import TimeConfig
from features.tables.parquet_file import Group, ParquetFile
from features.tables.patterns import PER_SECOND
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


def together(parts: Iterable[Newer]) -> Iterator[Newer]:
    """The same with rows of one file that follow each other in one part, up to the size of a chunk: each look at a part
    costs as much as it takes to look ids up among all there are, however few the part has."""
    held: list[Newer] = []
    for part in parts:
        if held and not _fit(held, part):
            yield _joined(held)
            held = []
        held.append(part)
    if held:
        yield _joined(held)


@dataclass(frozen=True)
class Since:
    """How to tell newer rows."""

    time: int  # seconds since the epoch, UTC
    config: TimeConfig
    own: str  # the table's own name of the column of times, empty where it has none
    names: Sequence[str]  # of the columns to be read

    @classmethod
    def of(cls, time: int, config: TimeConfig, columns: Columns, column: str) -> Self:
        """By a canonical column."""
        return cls(time, config, columns.own[column][0] if column in columns else "", columns.names)

    def parts(self, readers: Sequence[Reader]) -> Iterator[Newer]:
        """A table part by part."""
        for reader in readers:
            if isinstance(reader, ParquetFile) and self.own in reader.names:
                yield from self._of_groups(reader.groups())
            else:
                yield from map(self._of_chunk, all_chunks([reader], self.names))

    def _of_chunk(self, chunk: Chunk) -> Newer:
        moment = self._times(chunk.column(self.own) if self.own else pa.nulls(len(chunk.row), pa.string()))
        keep = np.flatnonzero(moment >= self.time)
        rest = replace(chunk, table=_taken(chunk.table, keep), row=chunk.row[keep], malformed=())
        return Newer(rest if len(keep) else None, len(chunk.row) + len(chunk.malformed), self._earlier(moment))

    def _of_groups(self, groups: Iterator[Group]) -> Iterator[Newer]:
        """What a file says of a whole group of its rows is looked at first, and then their times alone, unless rows are
        in no order at all and nearly every group has newer ones."""
        looked = in_vain = 0
        for group in groups:
            span = group.span(self.own)
            if span is not None and span.first > DAY and span.last < self.time - DAY:  # whatever the zone
                yield Newer(None, group.rows, span.count)
                continue
            if looked < ENOUGH or 2 * in_vain < looked:
                moment = np.concatenate([self._times(c.column(self.own)) for c in group.chunks([self.own])])
                looked += 1
                if not (moment >= self.time).any():
                    yield Newer(None, group.rows, self._earlier(moment))
                    continue
                in_vain += 1
            yield from map(self._of_chunk, group.chunks([name for name in self.names if name in group.names]))

    def _times(self, column: Column) -> Times:
        """(n,) on which side of it each lies, and 0 where there is none. Zones are at most a day apart, so only times
        that are nearer are told exactly."""
        kind = column.type
        if not pa.types.is_timestamp(kind) or column.null_count:
            told, bad = times(column, self.config)
            return np.where(bad | (told < 0), 0, told)
        per_second = PER_SECOND[kind.unit]
        moment: Times = np.maximum(column.cast(pa.int64()).to_numpy() // per_second, 0)
        near = np.flatnonzero((np.abs(moment - self.time) <= DAY) | (moment <= DAY))
        moment[near] = np.maximum(times(column.take(pa.array(near)), self.config)[0], 0)
        return moment

    def _earlier(self, moment: Times) -> int:
        return int(((moment > 0) & (moment < self.time)).sum())


def _fit(held: Sequence[Newer], part: Newer) -> bool:
    """Whether a part may be joined to others."""
    chunks = [one.chunk for one in (*held, part) if one.chunk is not None]
    if not chunks:
        return True
    alike = chunks[-1].place == chunks[0].place and chunks[-1].table.schema == chunks[0].table.schema
    return alike and sum(len(chunk.row) for chunk in chunks) <= CHUNK_ROWS


def _joined(parts: Sequence[Newer]) -> Newer:
    chunks = [part.chunk for part in parts if part.chunk is not None]
    rows, earlier = sum(part.rows for part in parts), sum(part.earlier for part in parts)
    if len(chunks) < 2:
        return Newer(chunks[0] if chunks else None, rows, earlier)
    table = pa.concat_tables([chunk.table for chunk in chunks]).unify_dictionaries().combine_chunks()
    malformed = [line for chunk in chunks for line in chunk.malformed]
    return Newer(
        Chunk(chunks[0].place, table, np.concatenate([chunk.row for chunk in chunks]), malformed), rows, earlier
    )


def _taken(table: pa.Table, at: Counts) -> pa.Table:
    """Some rows, and no texts but theirs: each distinct one is looked at."""
    taken = table.take(at)
    for number, field in enumerate(taken.schema):
        if pa.types.is_dictionary(field.type):
            taken = taken.set_column(number, field.name, compact(taken.column(number).combine_chunks()))
    return taken
