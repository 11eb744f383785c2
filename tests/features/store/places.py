"""Stores for tests, and events to fill them with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from features.store.config import StoreConfig
from features.store.event import Event
from features.store.judge import Judge
from features.store.livestore import LiveStore
from features.tables.config import TablesConfig

NOW = 1_700_000_000  # seconds since the epoch


@dataclass(frozen=True)
class Place:
    """Where a store can be opened, and opened again."""

    workspace: Path
    config: StoreConfig = field(default_factory=StoreConfig)

    @contextmanager
    def open(self) -> Iterator[LiveStore]:
        store = LiveStore.open(self.workspace, self.config)
        try:
            yield store
        finally:
            store.close()


def raw(number: int, **values: Any) -> dict[str, Any]:
    """A purchase, or whatever `values` make of it."""
    return {
        "event_id": f"event-{number}",
        "customer_id": f"customer-{number % 3}",
        "product_id": f"product-{number % 5}",
        "timestamp": NOW - 100_000 + number,
        **values,
    }


def events(*numbers: int, **values: Any) -> list[Event]:
    """Accepted events."""
    judged = Judge(TablesConfig()).judge_all([raw(number, **values) for number in numbers], NOW)
    assert judged.rejected == []
    return judged.events


def ids(found: list[Event]) -> list[str | None]:
    return [event.event_id for event in found]
