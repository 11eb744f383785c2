"""Loading: from files or a database to a Shop."""

import time as clock
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from features.errors import DataError
from features.tables.assembling import Beside, assemble
from features.tables.chunk import Chunk, Reader, all_chunks
from features.tables.columns import Columns, resolve
from features.tables.config import TableConfig, TablesConfig
from features.tables.customers import personal
from features.tables.events import Rules, decode, one_currency
from features.tables.gather import Gathered
from features.tables.identities import Links, read_links
from features.tables.rejects import Rejects
from features.tables.shop import Shop
from features.tables.sources import readers
from features.tables.static_rows import StaticReader, StaticRows
from features.tables.statics import Statics
from features.tables.text import encode


def load(
    data: Path | None,
    config: TablesConfig,
    *,
    until: int | None = None,
    now: int | None = None,
    rejects: Path | None = None,
    live: Reader | None = None,
) -> Shop:
    """Read and validate a shop's tables.

    `data` is the folder of the files (None where all tables come from a database), `until` ignores everything from that
    second on, `now` is the clock that tells the future (default: the real one), and `rejects` is the Parquet file to
    which rows that cannot be used are written, with table, file, row, reason and values. `live` are the events of the
    live store, which are read beside those of the tables; what stands in both counts once.

    DataError for tables that cannot be read or have nothing usable, ConfigError for settings that cannot be right.
    """
    with Rejects(rejects) as aside:
        tables = _Tables(data, config, until=until, rejects=aside, live=live)
        products = tables.static("products", config.products)
        customers = tables.static("customers", config.customers)
        links = tables.links()
        statics = _statics(products, customers, links)
        rules = Rules(config, int(clock.time()) if now is None else now, until, statics)
        gathered = tables.events(rules)
        events = gathered.finish(aside)
    beside = Beside(products, customers, links)
    return assemble(events, gathered.tally, beside, config=config, rejects=aside)


@dataclass(frozen=True)
class _Tables:
    data: Path | None
    config: TablesConfig
    until: int | None
    rejects: Rejects
    live: Reader | None

    def static(self, table: str, config: TableConfig) -> StaticRows | None:
        """The products or the customers, None where there is no such table."""
        found = readers(table, config, self.data)
        if not found:
            return None
        shared = bool(config.files) and config.files == self.config.events.files
        columns = _columns(table, found, config, rest=table == "customers" and not shared)
        reader = StaticReader(table, columns, self.config, until=self.until, rejects=self.rejects, shared=shared)
        return reader.read(found)

    def links(self) -> Links | None:
        """Which devices belong to whom, None where there is no such table."""
        found = readers("identities", self.config.identities, self.data)
        if not found:
            return None
        columns = _columns("identities", found, self.config.identities)
        return read_links(found, columns, time=self.config.time, until=self.until, rejects=self.rejects)

    def events(self, rules: Rules) -> Gathered:
        """All usable events; DataError if there are none."""
        found = readers("events", self.config.events, self.data)
        if not found and self.live is None:
            where = self.data or "esnaf.toml"
            raise DataError(
                f"{where}: no table of events; put events.parquet, .csv[.gz] or .jsonl[.gz] there, "
                "or name files or sql under [tables.events] in esnaf.toml"
            )
        gathered = Gathered()
        if found:
            columns = _columns("events", found, self.config.events)
            self._gather(all_chunks(found, columns.names), columns, rules, into=gathered)
        if self.live is not None:
            columns = Columns({name: (name,) for name in self.live.names})
            self._gather(self.live.chunks(self.live.names), columns, rules, into=gathered, live=True)
            found = [*found, self.live]
        _check_usable(gathered, self.rejects, found[0].place, self.until)
        return gathered

    def _gather(
        self, chunks: Iterable[Chunk], columns: Columns, rules: Rules, *, into: Gathered, live: bool = False
    ) -> None:
        for chunk in chunks:
            decoded = decode(chunk, columns, rules)
            into.add(decoded, chunk.place, live=live)
            self.rejects.add_chunk("events", chunk, decoded.reason)


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
    if gathered.tally.later:
        moment = datetime.fromtimestamp(until or 0, UTC).isoformat(sep=" ", timespec="minutes")
        raise DataError(f"{place}: no event before {moment}; give a later --until")
    if gathered.tally.no_consent:
        raise DataError(f"{place}: no customer consented to personalisation; see [consent] default in esnaf.toml")
    told = [f"{n} {reason}" for (table, reason), n in rejects.counts.most_common() if table == "events"]
    example = next(e for (table, _), e in rejects.examples.items() if table == "events")
    raise DataError(
        f"{place}: no row can be used ({', '.join(told)}); the first: row {example.row}: {example.values}; "
        "see [tables.events] and [time] in esnaf.toml"
    )


def _statics(products: StaticRows | None, customers: StaticRows | None, links: Links | None) -> Statics:
    statics = Statics(products=products.ids if products else None)
    if links:
        statics = replace(statics, devices=links.devices, owners=links.owners)
    if customers and "consent" in customers.columns:
        consent = encode(customers.columns["consent"])
        stated = consent.code >= 0
        granted = personal(consent, default=False)
        statics = replace(statics, stated=customers.ids.filter(pa.array(stated)), granted=pa.array(granted[stated]))
    return statics
