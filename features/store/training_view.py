"""The store as training reads it: a table of events beside those of files and databases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from features.kinds import Kind
from features.settings import Settings
from features.store.config import StoreConfig
from features.store.event import ANONYMOUS, Event
from features.store.livestore import LiveStore
from features.store.reader import Reader
from features.tables.chunk import Chunk

_ROWS = 50_000
_TEXTS = (
    *("anonymous_id", "product_id", "order_id", "session_id", "channel", "device", "recommendation_id", "event_id"),
    *("properties", "name", "currency"),
)
_KINDS = np.array([kind.name.lower() for kind in Kind], object)


class StoredEvents:
    """Everything that was committed when the reading began, under the canonical names."""

    sparse = False
    names: Sequence[str] = ("customer_id", *_TEXTS, "timestamp", "event_type", "quantity", "unit_price", "position")

    def __init__(self, reader: Reader, place: str) -> None:
        self._reader = reader
        self.place = f"the live store {place}"

    def chunks(self, names: Sequence[str]) -> Iterator[Chunk]:
        """All rows in the order they came in; a row's number is its sequence."""
        done, end = 0, self._reader.last()
        while events := self._reader.after(done, limit=_ROWS, upto=end):
            columns = Event(*map(list, zip(*events, strict=True)))  # type: ignore[arg-type]  # of lists
            done = events[-1].sequence
            yield Chunk(self.place, _table(columns).select(list(names)), np.array(columns.sequence, np.int64))


@contextmanager
def stored_events(workspace: Path, settings: Settings) -> Iterator[StoredEvents | None]:
    """The events of a workspace's live store, None where it has none or an empty one."""
    store = LiveStore.find(workspace, settings.section("store", StoreConfig))
    if store is None:
        yield None
        return
    reader = Reader(store.backend)
    try:
        yield StoredEvents(reader, store.place) if reader.last() else None
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
