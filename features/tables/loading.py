"""Loading: from files or a database to a Shop."""

import time as clock
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from features.consent.purposes import Purpose
from features.consent.register import Register
from features.interests.told import Told
from features.logs import log
from features.tables.assembling import Beside, assemble
from features.tables.building import Building, Built
from features.tables.chunk import LiveReader
from features.tables.config import TablesConfig
from features.tables.consents import said_of
from features.tables.erased import erased_customers
from features.tables.events import Rules
from features.tables.forgotten import Forgotten
from features.tables.gather import Tally
from features.tables.ledger import Ledger, digest, digests, unnamed, written
from features.tables.promised import Promised
from features.tables.rejects import Rejects
from features.tables.settled import settled_register, settled_rows, settled_told
from features.tables.shop import Shop
from features.tables.static_rows import StaticRows
from features.tables.statics import Statics
from features.tables.tables import ID_OF, OtherRowsError, Tables


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
        except OtherRowsError as error:
            log.warning("ledger.outdated", reason=str(error), way_out="all tables are read again")
    return reading.shop(None)


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
            tables = Tables(
                self.data, config, until=self.until, rejects=aside, erased=self.erased, live=self.live, known=known
            )
            tables.begin()
            products = tables.static("products", config.products)
            stated = tables.static("customers", config.customers)
            told = _told(self.live, self.erased)
            customers = _joined_by(stated, told)
            links = tables.links()
            persons = Statics(members=links.members, persons=links.persons)
            settled = None if customers is None else settled_rows(customers, persons)
            register, told = settled_register(self.erased.register, persons), settled_told(told, persons)
            statics = _statics(persons, products, settled, register, self.erased)
            if known is not None:
                _check_left_out(known, statics, granted=config.consent.default == "granted")
            rules = Rules(config, self.now, self.until, statics)
            gathered = tables.events(rules)
            built = Building(products, settled, rules, aside, known, keep).build(gathered)
        others = Beside(products, settled, links, register, told)
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
            raise OtherRowsError("the live store has lost rows, or is another one")
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


def _check_left_out(known: Ledger, statics: Statics, *, granted: bool) -> None:
    """Events that were left out have to be read again if their customers or the owners of their devices consent by now,
    or turn out to be others. `granted` is the consent of those who stated none."""
    if not known.left_out:
        return
    left_out, stated = set(known.left_out), set(digests(statics.who(personal=not granted).to_pylist()))
    if left_out - stated if granted else left_out & stated:
        raise OtherRowsError("customers consent whose events were left out")


def _standing(ledger: Path, built: Built) -> Promised:
    """The log as it stands, written beside other work: it may be most of what is written."""
    standing = built.standing
    assert standing is not None  # noqa: S101  # a ledger is kept
    return Promised.of(unnamed(ledger, "log"), standing.write)


def _statics(
    persons: Statics,
    products: StaticRows | None,
    customers: StaticRows | None,
    register: Register,
    erased: Forgotten,
) -> Statics:
    stated, granted = said_of(Purpose.PERSONALISATION, customers, register)
    gone = erased.with_others(persons.members, persons.persons)
    return replace(persons, products=products.ids if products else None, stated=stated, granted=granted, erased=gone)
