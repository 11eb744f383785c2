"""Filling: the names of the customers table, taken into the live store where they can be sealed."""

import hashlib
import time as clock
from collections.abc import Iterator
from pathlib import Path

from features.durable import sync
from features.identity.keys import Keys
from features.names.book import NAME, NameBook
from features.settings import Settings
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from features.tables.chunk import all_chunks
from features.tables.columns import resolve
from features.tables.config import TablesConfig
from features.tables.erased import erased_customers
from features.tables.rendering import as_text
from features.tables.sources import readers

MARK = "names.mark"  # keyed hash of the names that the store has, so that they are not written anew each time
_ID = "customer_id"


def fill_names(workspace: Path, settings: Settings, data: Path | None, keys: Keys | None) -> int | None:
    """Take the names of the customers table over; how many, None where nothing was to be done.

    Without keys nothing is: names are kept under seal, or not at all.
    """
    if keys is None:
        return None
    names = dict(_names(TablesConfig.of(settings), data))
    mark = _mark(names, keys)
    file = workspace / MARK
    if (not names and not file.exists()) or (file.exists() and file.read_text() == mark):
        return None
    store = LiveStore.open(workspace, settings.section("store", StoreConfig))
    try:
        count = NameBook(store.backend, keys).fill(names.items(), int(clock.time()))
    finally:
        store.close()
    file.write_text(mark)
    sync(file)
    return count


def _names(config: TablesConfig, data: Path | None) -> Iterator[tuple[str, str]]:
    """The name in the last row of each customer that has one."""
    found = readers("customers", config.customers, data)
    columns = [resolve("customers", r.names, mapping=config.customers.columns, place=r.place) for r in found]
    named = [one for one in columns if NAME in one.own]
    if not named:
        return
    own = max(named, key=lambda one: len(one.own)).own
    id, name = own[_ID][0], own[NAME][0]
    erased = set(erased_customers(config.erased, data).to_pylist())
    for chunk in all_chunks(found, [id, name]):
        ids, names = (as_text(chunk.column(column)).to_pylist() for column in (id, name))
        for customer, called in zip(ids, names, strict=True):
            if customer and called and called.strip() and customer.strip() not in erased:
                yield customer.strip(), called.strip()


def _mark(names: dict[str, str], keys: Keys) -> str:
    digest = hashlib.sha256()
    for customer, name in sorted(names.items()):
        digest.update(f"{len(customer)} {customer} {len(name)} {name}\n".encode())
    return keys.hash("names", digest.hexdigest())
