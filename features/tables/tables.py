"""Tables: those of a shop, read one after the other; of the events, only what a ledger lacks."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from features.errors import DataError
from features.tables.ahead import ahead
from features.tables.chunk import Chunk, LiveReader, Reader, all_chunks
from features.tables.columns import Columns, resolve
from features.tables.config import TableConfig, TablesConfig
from features.tables.events import Rules, decode, one_currency
from features.tables.forgotten import Forgotten
from features.tables.gather import Gathered
from features.tables.ledger import Ledger
from features.tables.linking import Linked, linked
from features.tables.newer import Newer, Since, together
from features.tables.rejects import Rejects
from features.tables.sources import readers
from features.tables.static_rows import StaticReader, StaticRows

ID_OF = {"products": "product_id", "customers": "customer_id"}


class OtherRowsError(Exception):
    """A table has other rows of the time of the ledger, or the live store other ones of its numbers."""


@dataclass(frozen=True)
class Tables:
    """Where they are, and what is wanted of them."""

    data: Path | None
    config: TablesConfig
    until: int | None
    rejects: Rejects
    erased: Forgotten
    live: LiveReader | None
    known: Ledger | None = None  # whose events need not be read
    _begun: "dict[str, Future[list[Newer]]]" = field(default_factory=dict)  # by the column of times

    def shared(self, table: str) -> bool:
        """Whether a static table stands in the files of the events."""
        own: TableConfig = getattr(self.config, table)
        return bool(own.files) and own.files == self.config.events.files

    def static(self, table: str, config: TableConfig) -> StaticRows | None:
        """The products or the customers, None where there is no such table."""
        found = readers(table, config, self.data)
        if not found:
            return None
        shared = self.shared(table)
        columns = _columns(table, found, config, rest=table == "customers" and not shared)
        reader = StaticReader(table, columns, self.config, until=self.until, rejects=self.rejects, shared=shared)
        if table == "customers":
            reader = replace(reader, erased=self.erased)
        before = self.known.static(table) if self.known else None
        if self.known and before is not None and "created_at" in columns:
            reader = replace(reader, before=before, newer=list(self._newer(table, found, columns, "created_at")))
        return reader.read(found)

    def begin(self) -> None:
        """Begin to look for newer events, beside what is read first. Static tables that stand in the same files are
        read with them."""
        found = readers("events", self.config.events, self.data) if self.known else []
        if self.known is None or not found:
            return
        columns = _columns("events", found, self.config.events)
        beside = [_columns(table, found, getattr(self.config, table)) for table in ID_OF if self.shared(table)]
        names = list(dict.fromkeys(name for part in (columns, *beside) for name in part.names))
        since = replace(Since.of(self.known.end, self.config.time, columns, "timestamp"), names=names)
        pool = ThreadPoolExecutor(1, thread_name_prefix="newer")
        self._begun[since.own] = pool.submit(lambda: list(since.parts(found)))
        pool.shutdown(wait=False)

    def _newer(self, table: str, found: Sequence[Reader], columns: Columns, column: str) -> Iterable[Newer]:
        """The rows that the ledger lacks."""
        assert self.known is not None  # noqa: S101  # else all are read
        since = Since.of(self.known.end, self.config.time, columns, column)
        begun = self._begun.get(since.own) if table == "events" or self.shared(table) else None
        if begun is None:
            return together(since.parts(found))
        parts = begun.result()
        return together(replace(p, chunk=None if p.chunk is None else p.chunk.select(since.names)) for p in parts)

    def links(self) -> Linked:
        """Who is known under several ids."""
        found = readers("identities", self.config.identities, self.data)
        columns = _columns("identities", found, self.config.identities) if found else Columns({})
        return linked(
            found,
            columns,
            config=self.config,
            until=self.until,
            rejects=self.rejects,
            erased=self.erased,
            live=self.live,
        )

    def events(self, rules: Rules) -> Gathered:
        """All usable events; DataError if there are none."""
        found = readers("events", self.config.events, self.data)
        if not found and self.live is None:
            where = self.data or "esnaf.toml"
            raise DataError(
                f"{where}: no table of events; put events.parquet, .csv[.gz] or .jsonl[.gz] there, "
                "or name files or sql under [tables.events] in esnaf.toml"
            )
        gathered = Gathered(rules.statics)
        columns = _columns("events", found, self.config.events) if found else Columns({})
        self._gather(self._chunks(found, columns), columns, rules, into=gathered)
        if self.live is not None:
            unread = self._unread(self.live)
            columns = Columns({name: (name,) for name in unread.names})
            self._gather(unread.chunks(unread.names), columns, rules, into=gathered, live=True)
            found = [*found, self.live]
        if self.known is None:
            _check_usable(gathered, self.rejects, found[0].place, self.until)
        return gathered

    def _gather(
        self, chunks: Iterable[Chunk], columns: Columns, rules: Rules, *, into: Gathered, live: bool = False
    ) -> None:
        for chunk, decoded in ahead(lambda chunk: decode(chunk, columns, rules), chunks):
            into.add(decoded, chunk.place, live=live)
            self.rejects.add_chunk("events", chunk, decoded.reason)

    def _chunks(self, found: Sequence[Reader], columns: Columns) -> Iterator[Chunk]:
        """The rows that the ledger lacks."""
        if self.known is None:
            yield from all_chunks(found, columns.names)
            return
        earlier = 0
        for part in self._newer("events", found, columns, "timestamp"):
            earlier += part.earlier
            if part.chunk is not None:
                yield part.chunk
        if earlier != self.known.rows:
            raise OtherRowsError(f"{earlier} rows of before the last reading's end, {self.known.rows} then")

    def _unread(self, live: LiveReader) -> Reader:
        """The rows of the live store that the ledger lacks: whatever came in since, late or not."""
        return live if self.known is None else live.behind(self.known.sequence, self.known.live_end)


def _columns(table: str, found: Sequence[Reader], config: TableConfig, *, rest: bool = False) -> Columns:
    """The columns of a table; every file must have them."""
    columns = [
        resolve(table, r.names, mapping=config.columns, place=r.place, sparse=r.sparse, rest=rest) for r in found
    ]
    return max(columns, key=lambda c: len(c.own))


def _check_usable(gathered: Gathered, rejects: Rejects, place: str, until: int | None) -> None:
    one_currency(gathered.currencies, place)
    if len(gathered):
        return
    if not gathered.tally.read and not rejects.counts:
        raise DataError(f"{place}: the table has no rows")
    moment = datetime.fromtimestamp(until or 0, UTC).isoformat(sep=" ", timespec="minutes")
    left_out, why = max(
        (gathered.tally.later, f"no event before {moment}; give a later --until"),
        (gathered.tally.no_consent, "no customer consented to personalisation; see [consent] default in esnaf.toml"),
        (gathered.tally.erased, "all customers are to be forgotten: erased, or named by [tables] erased in esnaf.toml"),
    )
    reasons = [(reason, n) for (table, reason), n in rejects.counts.most_common() if table == "events"]
    if left_out and left_out >= sum(n for _, n in reasons):
        raise DataError(f"{place}: {why}")
    told, example = [f"{n} {reason}" for reason, n in reasons], rejects.examples["events", reasons[0][0]]
    raise DataError(
        f"{place}: no row can be used ({', '.join(told)}); the first: row {example.row}: {example.values}; "
        "see [tables.events] and [time] in esnaf.toml"
    )
