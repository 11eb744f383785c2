"""The store as training reads it: a table of events beside those of files and databases."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from features.consent.register import Register
from features.identity.link import StoredLink
from features.interests.book import everything
from features.interests.told import Told
from features.kinds import Kind
from features.settings import Settings
from features.store.config import StoreConfig
from features.store.event import Event
from features.store.livestore import LiveStore
from features.store.reader import NOTHING, Known, Reader
from features.tables.chunk import Chunk
from features.tables.patterns import ANONYMOUS

_ROWS = 50_000
_TEXTS = (
    *("anonymous_id", "product_id", "order_id", "session_id", "channel", "device", "recommendation_id", "event_id"),
    *("properties", "name", "currency"),
)
_NOBODY: Mapping[str, Told] = MappingProxyType({})
_KINDS = np.array([kind.name.lower() for kind in Kind], object)


class StoredEvents:
    """Everything that was committed when the view was made, under the canonical names."""

    sparse = False
    names: Sequence[str] = ("customer_id", *_TEXTS, "timestamp", "event_type", "quantity", "unit_price", "position")

    def __init__(
        self,
        reader: Reader,
        place: str,
        last: int,
        known: Known = NOTHING,
        *,
        register: Register,
        told: Mapping[str, Told] = _NOBODY,
    ) -> None:
        self._reader, self._known, self.last = reader, known, last
        self.told, self.register = told, register
        self.place = place

    def chunks(self, names: Sequence[str]) -> Iterator[Chunk]:
        """All rows in the order they came in; a row's number is its sequence."""
        done = 0
        while events := self._reader.after(done, limit=_ROWS, upto=self.last, known=self._known):
            columns = Event(*map(list, zip(*events, strict=True)))  # type: ignore[arg-type]  # of lists
            done = events[-1].sequence
            yield Chunk(self.place, _table(columns).select(list(names)), np.array(columns.sequence, np.int64))

    def behind(self, sequence: int, time: int) -> "StoredEvents":
        """Without the rows up to a number that happened before a second."""
        return StoredEvents(self._reader, self.place, self.last, Known(sequence, time), register=self.register)

    def digest(self, sequence: int) -> str:
        """Another one where other rows have the numbers up to `sequence`."""
        return self._reader.digest(sequence)

    def links(self, until: int | None) -> tuple[Sequence[StoredLink], int]:
        """Which identifiers were seen together before a moment, and the number of the last change of persons."""
        change = self._reader.persons  # of before the links: what comes between is followed twice
        return self._reader.links(until), change


@contextmanager
def stored_events(workspace: Path, settings: Settings) -> Iterator[StoredEvents | None]:
    """The events of a workspace's live store, and what customers said and asked there; None where it has nothing."""
    store = LiveStore.find(workspace, settings.section("store", StoreConfig))
    if store is None:
        yield None
        return
    reader = Reader(store.backend)
    try:
        last, register = reader.last(), Register()
        register.follow(reader)
        told, place = everything(reader), f"the live store {store.place}"
        there = last or told or register or reader.persons
        yield StoredEvents(reader, place, last, register=register, told=told) if there else None
    finally:
        reader.close()
        store.close()


def _table(columns: Any) -> pa.Table:
    """Times as timestamps, which no setting of how files write theirs can change; anonymous customers as they came."""
    customer = [
        None if device is not None and known == ANONYMOUS + device else known
        for known, device in zip(columns.customer_id, columns.anonymous_id, strict=True)
    ]
    return pa.table(
        {
            "customer_id": pa.array(customer, pa.string()),
            **{name: pa.array(getattr(columns, name), pa.string()) for name in _TEXTS},
            "timestamp": pa.array(columns.time, pa.timestamp("s", "UTC")),
            "event_type": pa.array(_KINDS[columns.kind], pa.string()),
            "quantity": pa.array(columns.quantity, pa.float64()),
            "unit_price": pa.array(columns.price, pa.float64()),
            "position": pa.array(columns.position, pa.int32()),
        }
    )
