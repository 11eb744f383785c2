"""Purge: every model and report that a workspace keeps, rewritten without the customers who were erased."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from sqlalchemy import delete, insert, select

from features.arrays import Bools
from features.consent import schema
from features.consent.register import Register
from features.durable import sync
from features.errors import BundleError
from features.logs import log
from features.settings import Settings
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from features.store.reader import Reader
from features.tables.patterns import ANONYMOUS
from features.tables.rejects import LINE
from training import pointer
from training.bundle import MANIFEST, OtherFormatError, discard, settle
from training.bundles import Bundles
from training.comparison.answered import FILE as LISTS
from training.entry import REJECTS
from training.forgetting.blanking import without
from training.forgetting.exchange import exchange
from training.recommender import Recommender
from training.tracking.store import ARTIFACTS, Store

_DONE = "purged"
_IDS = "customers"  # the folder of the ids in a bundle
_APART = re.compile(r"[\s,;|\"']+")  # between the values of a line


@dataclass(frozen=True)
class Purged:
    """What was done; nothing where no customer was erased since the last time."""

    rewritten: int = 0  # bundles
    removed: int = 0  # bundles of other formats, which nothing can read any more
    reports: int = 0  # files of rows that were set aside


def purge(workspace: Path, settings: Settings) -> Purged:
    """Take those who were erased since the last purge out of all bundles and reports, here and in a local MLflow store.

    A bundle that is served is replaced in one step, and services take the new one up. StoreError where the live store,
    which knows who was erased, cannot be read; a bundle that cannot be rewritten is told in the log and tried again the
    next time.
    """
    store = LiveStore.find(workspace, settings.section("store", StoreConfig))
    if store is None:
        return Purged()
    try:
        register = _register(store)
        if register.erasures == _done(store):
            return Purged()
        with Bundles.of(workspace).locked():
            found, whole = _Purging(workspace, register).run()
        if whole:
            _settle(store, register.erasures)
    finally:
        store.close()
    log.info("purge.ended", rewritten=found.rewritten, removed=found.removed, reports=found.reports)
    return found


@dataclass
class _Purging:
    workspace: Path
    register: Register

    def run(self) -> tuple[Purged, bool]:
        """What was done, and whether everything that had to be could be."""
        rewritten, removed, whole = 0, 0, True
        for folder in list(self._bundles()):
            try:
                rewritten += self._rewrite(folder)
            except OtherFormatError as error:
                log.warning("purge.removed", bundle=str(folder), reason=str(error))
                discard(folder)
                removed += 1
            except BundleError as error:
                log.warning("purge.unreadable", bundle=str(folder), reason=str(error))
                whole = False
        reports = sum(self._without_rows(path) for path in self._artifacts(REJECTS))
        with suppress(BundleError):  # without a champion there is nobody to tell
            pointer.replace(self.workspace, pointer.read(self.workspace))
        return Purged(rewritten, removed, reports), whole

    def _bundles(self) -> Iterator[Path]:
        bundles = Bundles.of(self.workspace)
        yield from (bundles.path(version) for version in bundles.versions())
        yield from (path.parent for path in self._artifacts(MANIFEST) if (path.parent / _IDS).is_dir())

    def _artifacts(self, name: str) -> Sequence[Path]:
        folder = Store.of(self.workspace).folder
        if folder is None:
            log.warning("purge.elsewhere", reason="artifacts on a server are not rewritten; answers leave them out")
            return ()
        return sorted((folder / ARTIFACTS).rglob(name))

    def _rewrite(self, folder: Path) -> bool:
        model = Recommender.load(folder, verify=False)
        gone = self._gone(model)
        if not gone.any():
            return False
        new = folder.parent / f".removed-{folder.name}-{os.getpid()}"  # as which whatever is left is cleared away
        discard(new)
        without(model, gone).save(new)
        settle(new)
        exchange(new, folder)
        sync(folder.parent)
        discard(new)
        (folder.parent / LISTS).unlink(missing_ok=True)  # of the bundle as it was
        return True

    def _gone(self, model: Recommender) -> Bools:
        return np.fromiter(map(self.register.erased, model.customers.ids()), bool, len(model.customers))

    def _without_rows(self, path: Path) -> bool:
        """Whether rows of theirs were set aside in a file; it is written anew without them."""
        table = pq.read_table(path)
        theirs = np.fromiter(map(self._theirs, table.column("values").to_pylist()), bool, len(table))
        if not theirs.any():
            return False
        part = path.with_name(f".{path.name}-{os.getpid()}")
        pq.write_table(table.filter(~theirs), part, compression="zstd")
        part.replace(path)
        return True

    def _theirs(self, row: str) -> bool:
        """Whether any value of a row is the id of somebody who was erased, or of a device of theirs."""
        erased = self.register.erased
        return any(erased(id) or erased(ANONYMOUS + id) for id in _ids(json.loads(row)))


def _ids(row: Mapping[str, Any]) -> set[str]:
    """What may be an id in a row, or in a line that could not be taken apart."""
    texts = {str(value).strip() for value in row.values() if isinstance(value, str | int)}
    return texts | set(_APART.split(str(row.get(LINE, ""))))


def _register(store: LiveStore) -> Register:
    register, reader = Register(), Reader(store.backend)
    try:
        reader.last()
        register.follow(reader)
    finally:
        reader.close()
    return register


def _done(store: LiveStore) -> int:
    """How many erasures the last purge knew."""
    facts = schema.FACTS.c
    with store.backend.reading() as connection:
        found = connection.execute(select(facts.value).where(facts.name == _DONE)).scalar()
    return 0 if found is None else int(bytes(found))


def _settle(store: LiveStore, erasures: int) -> None:
    with store.backend.writing() as connection:
        connection.execute(delete(schema.FACTS).where(schema.FACTS.c.name == _DONE))
        connection.execute(insert(schema.FACTS).values(name=_DONE, value=str(erasures).encode()))
