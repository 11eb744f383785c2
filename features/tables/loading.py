"""Loading: from files or a database to a Shop."""

import time as clock
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pyarrow as pa

from features.consent.purposes import Purpose
from features.consent.register import Register
from features.errors import DataError
from features.interests.told import Told
from features.logs import log
from features.tables.ahead import ahead
from features.tables.assembling import Beside, assemble
from features.tables.building import Building, Built
from features.tables.chunk import Chunk, LiveReader, Reader, all_chunks
from features.tables.columns import Columns, resolve
from features.tables.config import TableConfig, TablesConfig
from features.tables.consents import said_of
from features.tables.erased import erased_customers
from features.tables.events import Rules, decode, one_currency
from features.tables.forgotten import Forgotten
from features.tables.gather import Gathered, Tally
from features.tables.identities import Links, read_links
from features.tables.ledger import Ledger, digest, digests, unnamed, written
from features.tables.newer import Newer, Since, together
from features.tables.promised import Promised
from features.tables.rejects import Rejects
from features.tables.shop import Shop
from features.tables.sources import readers
from features.tables.static_rows import StaticReader, StaticRows
from features.tables.statics import Statics

ID_OF = {"products": "product_id", "customers": "customer_id"}


def load(
    data: Path | None,
    config: TablesConfig,
    *,
    until: int | None = None,
    now: int | None = None,
    rejects: Path | None = None,
    live: LiveReader | None = None,
    ledger: Path | None = None,
    anew: bool = True,
) -> Shop:
    """Read and validate a shop's tables.

    `data` is the folder of the files (None where all tables come from a database), `until` ignores everything from that
    second on, `now` is the clock that tells the future (default: the real one), and `rejects` is the Parquet file to
    which rows that cannot be used are written, with table, file, row, reason and values. `live` are the events of the
    live store, which are read beside those of the tables; what stands in both counts once.

    What was accepted is kept in the folder `ledger` if one is given; it counts from `Shop.taken.commit()` on. Unless
    `anew`, events that it has are not read again. They are after all where it has other rows of that time than the
    table: some came late, or were changed. Of the live store what came in since is read, whenever it happened, and all
    where rows of before are gone.

    DataError for tables that cannot be read or have nothing usable, ConfigError for settings that cannot be right.
    """
    erased = Forgotten(erased_customers(config.erased, data), live.register if live else Register())
    known = None if ledger is None or anew else Ledger.open(ledger, digest(config, erased))
    reading = _Reading(data, config, until, int(clock.time()) if now is None else now, rejects, live, ledger, erased)
    if known is not None and (until is None or known.reach <= until):
        try:
            return reading.shop(known)
        except _OtherRowsError as error:
            log.warning("ledger.outdated", reason=str(error), way_out="all tables are read again")
    return reading.shop(None)


class _OtherRowsError(Exception):
    """A table has other rows of the time of the ledger, or the live store other ones of its numbers."""


@dataclass(frozen=True)
class _Reading:
    data: Path | None
    config: TablesConfig
    until: int | None
    now: int
    rejects: Path | None
    live: LiveReader | None
    ledger: Path | None
    erased: Forgotten

    def shop(self, known: Ledger | None) -> Shop:
        """All tables, but only the events that the ledger lacks."""
        config, stored = self.config, self._stored(known)
        segments: list[str] = []
        keep = None if self.ledger is None else partial(_keep, self.ledger, segments)
        with Rejects(self.rejects) as aside:
            tables = _Tables(
                self.data, config, until=self.until, rejects=aside, erased=self.erased, live=self.live, known=known
            )
            tables.begin()
            products = tables.static("products", config.products)
            stated = tables.static("customers", config.customers)
            told = _told(self.live, self.erased)
            customers = _joined_by(stated, told)
            links = tables.links()
            statics = replace(_statics(products, customers, links, self.erased.register), erased=self.erased)
            if known is not None:
                _check_left_out(known, statics, granted=config.consent.default == "granted")
            rules = Rules(config, self.now, self.until, statics)
            gathered = tables.events(rules)
            built = Building(products, customers, rules, aside, known, keep).build(gathered)
        others = Beside(products, customers, links, self.erased.register, told)
        shop = assemble(built, gathered.tally, others, config=config, rejects=aside)
        if self.ledger is None:
            return shop
        beside = {"products": products, "customers": stated}
        kept = {name: rows for name, rows in beside.items() if rows is not None and tables.shared(name)}
        before = built.known or Ledger(self.ledger, end=0, rows=0, settings=digest(config, self.erased))
        taken = replace(
            self._advanced(before, gathered.tally),
            segments=(*before.segments, *segments),
            promised=_standing(self.ledger, built),
            statics={name: written(self.ledger, rows.table(ID_OF[name])) for name, rows in kept.items()},
            live=stored,
            left_out=tuple(sorted({*before.left_out, *digests({*gathered.left_out, *built.gone.to_pylist()})})),
        )
        return replace(shop, taken=taken, fresh=built.fresh)

    def _stored(self, known: Ledger | None) -> str:
        """The digest of the live store as it is before it is read; what goes meanwhile is missed the next time."""
        if known and known.sequence and (self.live is None or self.live.digest(known.sequence) != known.live):
            raise _OtherRowsError("the live store has lost rows, or is another one")
        return "" if self.live is None or self.ledger is None else self.live.digest(self.live.last)

    def _advanced(self, before: Ledger, tally: Tally) -> Ledger:
        """How far the ledger reaches after this reading."""
        return replace(
            before,
            end=self.until or max(tally.latest + 1, before.end),
            rows=before.rows + tally.dated,
            sequence=self.live.last if self.live else 0,
            live_end=max(tally.latest_live + 1, before.live_end),
        )


def _told(live: LiveReader | None, erased: Forgotten) -> Mapping[str, Told]:
    """What customers said of their interests, but of those who are to be forgotten."""
    if live is None:
        return {}
    forgotten = erased.among(pa.array(list(live.told), pa.string()))
    return {id: told for (id, told), gone in zip(live.told.items(), forgotten, strict=True) if not gone}


def _joined_by(customers: StaticRows | None, told: Mapping[str, Told]) -> StaticRows | None:
    """The customers table with those who only told of their interests."""
    if not told:
        return customers
    ids = pa.array(told, pa.string())
    return StaticRows.nameless(ids) if customers is None else customers.joined_by(ids)


def _keep(ledger: Path, segments: list[str], rows: pa.Table) -> None:
    segments.append(written(ledger, rows))


@dataclass(frozen=True)
class _Tables:
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

    def links(self) -> Links | None:
        """Which devices belong to whom, None where there is no such table."""
        found = readers("identities", self.config.identities, self.data)
        if not found:
            return None
        columns = _columns("identities", found, self.config.identities)
        time, until = self.config.time, self.until
        return read_links(found, columns, time=time, until=until, rejects=self.rejects, erased=self.erased)

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
            raise _OtherRowsError(f"{earlier} rows of before the last reading's end, {self.known.rows} then")

    def _unread(self, live: LiveReader) -> Reader:
        """The rows of the live store that the ledger lacks: whatever came in since, late or not."""
        return live if self.known is None else live.behind(self.known.sequence, self.known.live_end)


def _columns(table: str, found: Sequence[Reader], config: TableConfig, *, rest: bool = False) -> Columns:
    """The columns of a table; every file must have them."""
    columns = [
        resolve(table, r.names, mapping=config.columns, place=r.place, sparse=r.sparse, rest=rest) for r in found
    ]
    return max(columns, key=lambda c: len(c.own))


def _check_left_out(known: Ledger, statics: Statics, *, granted: bool) -> None:
    """Events that were left out have to be read again if their customers or the owners of their devices consent by now,
    or turn out to be others. `granted` is the consent of those who stated none."""
    if not known.left_out:
        return
    left_out, stated = set(known.left_out), set(digests(statics.who(personal=not granted).to_pylist()))
    if left_out - stated if granted else left_out & stated:
        raise _OtherRowsError("customers consent whose events were left out")


def _standing(ledger: Path, built: Built) -> Promised:
    """The log as it stands, written beside other work: it may be most of what is written."""
    standing = built.standing
    assert standing is not None  # noqa: S101  # a ledger is kept
    return Promised.of(unnamed(ledger, "log"), standing.write)


def _check_usable(gathered: Gathered, rejects: Rejects, place: str, until: int | None) -> None:
    one_currency(gathered.currencies, place)
    if len(gathered):
        return
    if not gathered.tally.read and not rejects.counts:
        raise DataError(f"{place}: the table has no rows")
    if gathered.tally.later:
        moment = datetime.fromtimestamp(until or 0, UTC).isoformat(sep=" ", timespec="minutes")
        raise DataError(f"{place}: no event before {moment}; give a later --until")
    if gathered.tally.no_consent:
        raise DataError(f"{place}: no customer consented to personalisation; see [consent] default in esnaf.toml")
    if gathered.tally.erased:
        raise DataError(f"{place}: all customers are to be forgotten; see [tables] erased in esnaf.toml")
    told = [f"{n} {reason}" for (table, reason), n in rejects.counts.most_common() if table == "events"]
    example = next(e for (table, _), e in rejects.examples.items() if table == "events")
    raise DataError(
        f"{place}: no row can be used ({', '.join(told)}); the first: row {example.row}: {example.values}; "
        "see [tables.events] and [time] in esnaf.toml"
    )


def _statics(
    products: StaticRows | None, customers: StaticRows | None, links: Links | None, register: Register
) -> Statics:
    statics = Statics(products=products.ids if products else None)
    if links:
        statics = replace(statics, devices=links.devices, owners=links.owners)
    stated, granted = said_of(Purpose.PERSONALISATION, customers, register)
    return replace(statics, stated=stated, granted=granted)
