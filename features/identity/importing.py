"""Importing: tables of identities into the live store, every link once, personal values sealed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, func, select

from features.arrays import Doubles
from features.consent.changes import erased_among
from features.identity.component import id_of
from features.identity.config import CUSTOMER
from features.identity.keys import HOW, Keys
from features.identity.link import StoredLink
from features.identity.normalise import normal
from features.identity.schema import LINKS, PERSONS
from features.identity.settling import settle_all
from features.logs import log
from features.store import statements
from features.store.livestore import LiveStore
from features.store.statements import Insertion
from features.tables.chunk import Chunk
from features.tables.columns import Columns, resolve
from features.tables.config import TablesConfig
from features.tables.identities import probabilities
from features.tables.sources import file_reader
from features.tables.text import encode
from features.tables.times import times

_PROBABILITY = "write a number from 0 to 1 there, or nothing where the link is certain"
_ROWS = 2_000  # in a transaction: live events wait for no more than that
_NEW_LINKS = Insertion(LINKS, ("one", "other", "time", "probability", "source", "cause"), ("one", "other"))
_NEW_PERSONS = Insertion(PERSONS, ("node", "sealed", "time"), ("node",))


@dataclass(frozen=True)
class ImportedIdentities:
    """What became of some tables."""

    rows: int
    links: int  # that were not there
    changed: int  # ids whose person changed


@dataclass(frozen=True)
class _Row:
    link: StoredLink
    node: str  # of the identifier
    value: str  # as it came in
    personal: bool


def import_identities(files: Sequence[Path], store: LiveStore, config: TablesConfig) -> ImportedIdentities:
    """Read files with the columns of `[tables.identities]`; what is there already is left alone, and rows of who was
    erased are left out.

    Raises:
        DataError: a file that cannot be read, or lacks a required column. StoreBusy, StoreUnavailable: the store.
    """
    readers = [file_reader(path, config.identities) for path in files]
    mapping = config.identities.columns
    columns = [resolve("identities", r.names, mapping=mapping, place=r.place, sparse=r.sparse) for r in readers]
    rows = links = 0
    for reader, own in zip(readers, columns, strict=True):
        wrong = 0
        for chunk in reader.chunks(own.names):
            probability, bad = probabilities(chunk, own)
            found = list(_rows(chunk, own, config, store.book.keys, np.where(bad, 0.0, probability)))
            rows, wrong = rows + len(chunk.row), wrong + int(bad.sum())
            for begin in range(0, len(found), _ROWS):
                links += _write(store, found[begin : begin + _ROWS], reader.place)
        if wrong:
            log.warning("identity.bad_probability", rows=wrong, place=reader.place, way_out=_PROBABILITY)
    return ImportedIdentities(rows, links, settle_all(store))


def _rows(
    chunk: Chunk, columns: Columns, config: TablesConfig, keys: Keys | None, probability: Doubles
) -> Iterator[_Row]:
    """The rows that say something; `probability` (n,) is 0 for those that do not."""
    texts = [encode(chunk.column(columns.own[name][0])) for name in ("customer_id", "kind", "value")]
    who, kinds, values = (text.texts.take(_codes(text.code)).to_pylist() for text in texts)
    seen = [0] * len(who)
    if "seen_at" in columns:
        found, _ = times(chunk.column(columns.own["seen_at"][0]), config.time)
        seen = [max(int(one), 0) for one in found.tolist()]
    own, unkept = config.identity.kind(CUSTOMER), 0
    for customer, kind, value, time, certain in zip(who, kinds, values, seen, probability.tolist(), strict=True):
        known = config.identity.kind(kind or "")
        account = normal(customer or "", own, config.identity)
        found_value = normal(value or "", known, config.identity) if kind else None
        if account is None or found_value is None or not certain:
            continue
        if known.personal and keys is None:
            unkept += 1
            continue
        name = keys.hash(known.name, found_value) if known.personal and keys else found_value
        node, center = f"{known.name}:{name}", f"{CUSTOMER}:{account}"
        if node != center:
            link = StoredLink(min(node, center), max(node, center), time, certain)
            yield _Row(link, node, value or "", known.personal)
    if unkept:
        log.warning("identity.no_secret", values=unkept, way_out=HOW)


def _codes(code: object) -> object:
    import pyarrow as pa

    return pa.array(code, mask=code < 0)  # type: ignore[operator]


def _permitted(connection: Connection, rows: Sequence[_Row]) -> Sequence[_Row]:
    """The rows without those of customers, and of devices, that were erased."""
    ids = [{id for end in (row.link.one, row.link.other) if (id := id_of(end)) is not None} for row in rows]
    erased = erased_among(connection, set[str]().union(*ids))
    return [row for row, own in zip(rows, ids, strict=True) if erased.isdisjoint(own)] if erased else rows


def _write(store: LiveStore, rows: Sequence[_Row], place: str) -> int:
    """How many of the links are new; of equal ones the first in the table is kept."""
    keys = store.book.keys
    with store.backend.writing() as connection:
        rows = _permitted(connection, rows)
        before = int(connection.execute(select(func.coalesce(func.max(LINKS.c.sequence), 0))).scalar_one())
        statements.insert(connection, [(*row.link, "table", place) for row in rows], _NEW_LINKS)
        personal = {row.node: row for row in rows if row.personal}
        if keys is not None:
            sealed = [(n, keys.seal(r.value.encode(), n.encode()), r.link.time) for n, r in personal.items()]
            statements.insert(connection, sealed, _NEW_PERSONS)
        new = select(func.count()).select_from(LINKS).where(LINKS.c.sequence > before)
        return int(connection.execute(new).scalar_one())
