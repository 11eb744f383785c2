"""Static tables: one row for each id.

Where rows disagree the earliest wins, so that the future never changes the past.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import NO_TIME, Array, Counts, Doubles, Times
from features.category import SEPARATOR
from features.errors import DataError
from features.tables.chunk import Chunk, Column, Reader, all_chunks
from features.tables.columns import Columns
from features.tables.config import TablesConfig
from features.tables.forgotten import Forgotten
from features.tables.lists import broken_lists
from features.tables.newer import Newer
from features.tables.numbers import numbers
from features.tables.reasons import Reason
from features.tables.rejects import ACCEPTED, Rejects, mark
from features.tables.rendering import as_text, joined
from features.tables.text import encode, malformed_ids
from features.tables.times import times
from features.vocabulary import Vocabulary

TRUE, FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
_NO_ID = {"products": Reason.NO_PRODUCT}
_TIME = "created_at"
_NUMBERS = ("price", "cost")
_LISTS = ("interests", "consent")


@dataclass(frozen=True)
class StaticRows:
    """R rows with distinct ids."""

    ids: Column  # (R,)
    columns: Mapping[str, Column]  # canonical name -> (R,) texts, null where unknown; lists as JSON
    numbers: Mapping[str, Doubles]  # (R,) NaN where unknown
    created: Times  # (R,) NO_TIME where unknown
    read: int
    conflicts: int  # ids whose rows disagree

    @classmethod
    def nameless(cls, ids: Column) -> "StaticRows":
        """Rows of ids of which nothing is known."""
        return cls(ids, {}, {}, np.full(len(ids), NO_TIME), 0, 0)

    def table(self, id: str) -> pa.Table:
        """The rows under the name of their id, so that a later reading can begin with them."""
        numbers = {name: pa.array(values, mask=np.isnan(values)) for name, values in self.numbers.items()}
        order = np.zeros(len(self.ids), np.int64)
        return pa.table({id: self.ids, **self.columns, **numbers, _TIME: self.created, "order": order})

    def joined_by(self, ids: Column) -> "StaticRows":
        """With rows of other ids, of which nothing is known."""
        new = ids.filter(pc.invert(pc.is_in(ids, self.ids)))
        nothing = pa.nulls(len(new), pa.string())
        return replace(
            self,
            ids=pa.chunked_array([self.ids, new]).combine_chunks(),
            columns={n: pa.chunked_array([c, nothing]).combine_chunks() for n, c in self.columns.items()},
            numbers={name: np.append(values, np.full(len(new), np.nan)) for name, values in self.numbers.items()},
            created=np.append(self.created, np.full(len(new), NO_TIME)),
        )

    def positions(self, ids: Vocabulary) -> Counts:
        """The row of each id, -1 where there is none."""
        found = pc.index_in(ids.column.cast(pa.string()), self.ids)
        rows: Counts = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return rows

    def taken(self, name: str, rows: Counts) -> Column:
        """The texts of some rows, null for row -1 and where there is no such column."""
        column = self.columns.get(name)
        return pa.nulls(len(rows), pa.string()) if column is None else column.take(pa.array(rows, mask=rows < 0))


@dataclass(frozen=True)
class StaticReader:
    """Reads `products` or `customers`."""

    table: str
    columns: Columns
    config: TablesConfig
    until: int | None
    rejects: Rejects
    shared: bool = False  # with the events, whose reader tells all faults
    erased: Forgotten = field(default_factory=Forgotten)  # who is to be forgotten
    before: pa.Table | None = None  # `StaticRows.table` of a reading of rows of before
    newer: Sequence[Newer] = ()  # and the rows since

    @property
    def id(self) -> str:
        """The column of the ids."""
        return "product_id" if self.table == "products" else "customer_id"

    def read(self, readers: Sequence[Reader]) -> StaticRows:
        """All rows of all files, collapsed to one for each id."""
        parts, read = ([] if self.before is None else [self.before]), 0
        for chunk, rows in self._chunks(readers):
            read += rows
            if chunk is not None:
                parts.append(_distinct(self._rows(chunk, read), self.id))
        if not read:
            raise DataError(f"{readers[0].place}: the table has no rows; fill it or take it away")
        names = parts[-1].column_names
        return self._collapse(pa.concat_tables([part.select(names) for part in parts]), read)

    def _chunks(self, readers: Sequence[Reader]) -> Iterator[tuple[Chunk | None, int]]:
        """The rows to be read, and how many there are with those that were read before."""
        if self.before is None:
            for chunk in all_chunks(readers, self.columns.names):
                yield chunk, len(chunk.row) + len(chunk.malformed)
        else:
            yield from ((part.chunk, part.rows) for part in self.newer)

    def _rows(self, chunk: Chunk, read: int) -> pa.Table:
        """The usable rows as texts, with `created_at` in seconds and the order in which they were read."""
        reason = np.full(len(chunk.row), ACCEPTED, np.int8)
        ids = encode(self._column(chunk, self.id))
        mark(reason, ids.code < 0, _NO_ID.get(self.table, Reason.NO_CUSTOMER))
        mark(reason, ids.where(malformed_ids(ids.texts)), Reason.BAD_ID)
        if self.table == "products" and self.config.exclude_products:
            hits = [self.config.excludes(text) for text in ids.texts.to_pylist()]
            mark(reason, ids.where(np.array(hits, bool)), Reason.EXCLUDED_PRODUCT)
        created, bad = times(self._column(chunk, _TIME), self.config.time)
        mark(reason, bad, Reason.BAD_TIMESTAMP)
        columns = {self.id: ids.texts.take(pa.array(ids.code, mask=ids.code < 0))}
        for name in self.columns.own:
            if name not in (self.id, _TIME):
                columns[name] = self._values(chunk, name, reason)
        forgotten = ids.where(self.erased.among(ids.texts))
        reason[forgotten] = ACCEPTED  # nothing of theirs is set aside either
        if not self.shared:
            self.rejects.add_chunk(self.table, chunk, reason)
        later = (created >= self.until) if self.until is not None else np.zeros(len(created), bool)
        order = np.arange(read, read + len(chunk.row))
        table = pa.table({**columns, _TIME: created, "order": order})
        return table.filter(pa.array((reason == ACCEPTED) & ~later & ~forgotten))

    def _values(self, chunk: Chunk, name: str, reason: Array) -> Column:
        column = self._column(chunk, name)
        if name in _NUMBERS:
            values, bad = numbers(column)
            mark(reason, bad | (values < 0), Reason.BAD_PRICE)
            return pa.array(values, mask=np.isnan(values))
        texts = pc.utf8_trim_whitespace(as_text(column))
        if name == "available":
            odd = pc.invert(pc.is_in(pc.utf8_lower(texts), pa.array(["", *TRUE, *FALSE])))
            mark(reason, pc.and_(odd, texts.is_valid()).to_numpy(zero_copy_only=False), Reason.BAD_VALUE)
        if name in _LISTS and not pa.types.is_nested(column.type):
            mark(reason, broken_lists(texts), Reason.BAD_VALUE)
        return texts

    def _column(self, chunk: Chunk, canonical: str) -> Column:
        own = self.columns.own.get(canonical, ())
        if len(own) <= 1:
            return chunk.column(own[0]) if own else pa.nulls(len(chunk.row), pa.string())
        steps = [pc.utf8_trim_whitespace(as_text(chunk.column(name))) for name in own]
        steps = [pc.if_else(pc.equal(step, ""), None, step) for step in steps]
        return joined(steps, SEPARATOR)

    def _collapse(self, table: pa.Table, read: int) -> StaticRows:
        table = _distinct(table, self.id)
        table = table.sort_by([(self.id, "ascending"), (_TIME, "ascending"), ("order", "ascending")])
        ids = table.column(self.id).combine_chunks()
        code = encode(ids).code if len(ids) else np.zeros(0, np.int32)
        first = np.append(True, code[1:] != code[:-1])[: len(code)]
        conflicts = int((np.diff(np.flatnonzero(np.append(first, True))) > 1).sum())
        table = table.filter(pa.array(first))
        names = [n for n in table.column_names if n not in (self.id, _TIME, "order", *_NUMBERS)]
        return StaticRows(
            table.column(self.id).combine_chunks(),
            {name: table.column(name).combine_chunks() for name in names},
            {n: table.column(n).to_numpy().astype(np.float64) for n in _NUMBERS if n in table.column_names},
            table.column(_TIME).to_numpy(),
            read,
            conflicts,
        )


def _distinct(table: pa.Table, id: str) -> pa.Table:
    """Equal rows once, with the earliest time and the first place of each."""
    if pc.count_distinct(table.column(id)).as_py() == len(table):
        return table
    keys = [name for name in table.column_names if name not in (_TIME, "order")]
    grouped = table.group_by(keys, use_threads=False).aggregate([(_TIME, "min"), ("order", "min")])
    return grouped.rename_columns([*keys, _TIME, "order"])
