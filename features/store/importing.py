"""Importing: files of events into the live store, judged like every table."""

import time as clock
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from features.arrays import Array
from features.store.event import ERASED, NO_CONSENT, Event
from features.store.livestore import LiveStore
from features.tables.chunk import Chunk, Reader
from features.tables.columns import Columns, resolve
from features.tables.config import TablesConfig
from features.tables.events import Decoded, Rules, decode
from features.tables.extras import IDS
from features.tables.hashing import Hashes
from features.tables.keys import nth, occurrences
from features.tables.reasons import Reason
from features.tables.rejects import ACCEPTED, Example, Rejects
from features.tables.sources import file_reader
from features.tables.statics import Statics
from features.tables.text import Text, encode

_ROWS = 1_000  # in a transaction: live events wait for no more than that
_WHY = {ERASED: "erased", NO_CONSENT: "no_consent"}


@dataclass(frozen=True)
class Imported:
    """What became of the rows of some files."""

    read: int
    accepted: int
    duplicates: int  # events that the store, or an earlier row, had already
    rejected: Mapping[Reason, int]
    examples: Mapping[Reason, Example]
    refused: Mapping[str, int] = field(default_factory=dict)  # events of who was erased, or does not let them be kept


def import_files(
    files: Sequence[Path],
    store: LiveStore,
    config: TablesConfig,
    *,
    rejects: Path | None = None,
    progress: Callable[[Iterator[int]], Iterator[int]] = iter,
) -> Imported:
    """Read files in the formats of the tables, with the columns of `[tables.events]`, into the store.

    Whoever is interrupted starts again: what is there already counts as duplicate. Every file is opened, and its
    columns found, before anything is written. `progress` is passed the rows done so far, after each transaction.

    Raises:
        DataError: a file that cannot be read, or lacks a required column.
        StoreUnavailable, StoreBusy: the store; what was written until then stays.
    """
    opened = [_opened(path, config) for path in files]
    with Rejects(rejects) as aside:
        taking = _Taking(store, config, aside)
        for _ in progress(row for reader, columns in opened for row in taking.rows(reader, columns)):
            pass
        return taking.account()


def _opened(path: Path, config: TablesConfig) -> tuple[Reader, Columns]:
    reader = file_reader(path, config.events)
    mapping = config.events.columns
    return reader, resolve("events", reader.names, mapping=mapping, place=reader.place, sparse=reader.sparse)


class _Taking:
    def __init__(self, store: LiveStore, config: TablesConfig, rejects: Rejects) -> None:
        self.store, self.rejects = store, rejects
        self.rules = Rules(config, int(clock.time()), None, Statics(), whole=True)
        self.lines = _Lines()
        self.read = self.accepted = self.duplicates = 0
        self.refused: Counter[str] = Counter()

    def rows(self, reader: Reader, columns: Columns) -> Iterator[int]:
        """Take a file in; the rows read so far, over and over."""
        for chunk in reader.chunks([n for n in columns.names if reader.sparse or n in reader.names]):
            decoded = decode(chunk, columns, self.rules)
            self.rejects.add_chunk("events", chunk, decoded.reason)
            events = self._events(decoded, chunk, columns)
            done = self.read + len(chunk.malformed)
            for begin in range(0, len(events), _ROWS):
                sequences = self.store.append(events[begin : begin + _ROWS])
                self.accepted += sum(sequence > 0 for sequence in sequences)
                self.duplicates += sequences.count(0)
                self.refused.update(_WHY[sequence] for sequence in sequences if sequence < 0)
                yield done + begin + len(sequences)
            self.read = done + len(chunk.row)
            yield self.read

    def account(self) -> Imported:
        counts = {reason: rows for (_, reason), rows in self.rejects.counts.items()}
        examples = {reason: example for (_, reason), example in self.rejects.examples.items()}
        return Imported(self.read, self.accepted, self.duplicates, counts, examples, self.refused)

    def _events(self, decoded: Decoded, chunk: Chunk, columns: Columns) -> list[Event]:
        keep = np.flatnonzero(decoded.reason == ACCEPTED)
        lines = (decoded.order.code >= 0) & ~decoded.own_key
        keys = self.lines.numbered(decoded.key, lines & (decoded.reason == ACCEPTED))
        return rows_of(columns_of(decoded, chunk, columns) | {"key": keys.view(np.int64)}, keep)


class _Lines:
    """Keys of equal lines of orders, each of which is an event of its own, across all chunks and files."""

    def __init__(self) -> None:
        self._seen: Hashes = np.zeros(0, np.uint64)

    def numbered(self, key: Hashes, lines: Array) -> Hashes:
        """(n,) the keys, those of rows in `lines` (n,) by how often they were there before."""
        found = key.copy()
        here = key[lines]
        every = np.concatenate([self._seen, here])
        found[lines] = nth(here, occurrences(every)[len(self._seen) :])
        self._seen = every
        return found


def rows_of(columns: Mapping[str, Text | Array], keep: Array) -> list[Event]:
    """The events at the positions `keep` of the columns of `columns_of`."""
    values = [_list(columns[name], keep) for name in Event._fields if name in columns]
    return [Event._make((*row, 0, 0)) for row in zip(*values, strict=True)]


def columns_of(decoded: Decoded, chunk: Chunk, columns: Columns) -> dict[str, Text | Array]:
    """Decoded rows, by the fields of an event; only of rules that keep whole rows."""
    extras = decoded.extras
    if extras is None:
        raise AssertionError("rules ask for whole rows")

    def text(name: str) -> Text:
        own = columns.own.get(name)
        return encode(chunk.column(own[0]) if own else pa.nulls(len(chunk.row), pa.string()))

    whole = np.array([None if p != p else int(p) for p in extras.position.tolist()], object)  # noqa: PLR0124  # NaN
    return {
        "key": decoded.key.view(np.int64),
        "customer_id": decoded.customer,
        "anonymous_id": text("anonymous_id"),
        "product_id": decoded.product,
        "kind": decoded.kind,
        "time": decoded.time,
        "quantity": decoded.quantity,
        "price": decoded.price,
        "order_id": decoded.order,
        **dict(zip(IDS, extras.ids, strict=True)),
        "position": whole,
        "event_id": text("event_id"),
        "properties": extras.properties,
        "name": decoded.name,
        "currency": text("currency"),
    }


def _list(column: Text | Array, keep: Array) -> list[Any]:
    if isinstance(column, Text):
        code = column.code[keep]
        texts: list[Any] = column.texts.take(pa.array(code, mask=code < 0)).to_pylist()
        return texts
    values = column[keep]
    if values.dtype.kind == "f":
        return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124
    found: list[Any] = values.tolist()
    return found
