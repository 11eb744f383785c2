"""Change: what is other as of a moment than as of an earlier one."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Codes, Floats
from features.eventlog import EventLog
from features.history import History
from features.kinds import Kind
from features.vocabulary import Vocabulary


@dataclass(frozen=True)
class Change:
    """Between two moments. Products keep their index; customers may move, as visitors turn out to be somebody."""

    products: Codes  # ascending: bought or taken back since, and all new ones
    customers: Codes  # ascending: who did so, or has another past than was known
    moved: Codes  # (C,) the index now of each customer seen by the earlier moment, -1 for one who is no more

    @classmethod
    def between(
        cls, log: EventLog, start: int, end: int, *, products: int, customers: Vocabulary, history: History
    ) -> Self:
        """What happened in `start <= time < end` according to `log`, of which the first `products` are known at the
        end; `customers` and their `history` are what was known of it at the start."""
        sales = np.isin(log.kind, (Kind.PURCHASE, Kind.REFUND))
        at = np.flatnonzero((log.time >= start) & (log.time < end) & sales)
        sold = np.union1d(log.product[at], np.arange(log.products_at(start), products))
        buyers = np.unique(np.searchsorted(log.offsets, at, side="right") - 1)
        moved, others = _moved(log, start, customers, history)
        return cls(sold[sold >= 0].astype(np.int32), np.union1d(buyers, others).astype(np.int32), moved)

    def carried(self, rows: Floats, size: int) -> Floats:
        """(size, F) rows of the customers of before, each at its index now; zero for the others."""
        carried = np.zeros((size, rows.shape[1]), np.float32)
        seen = min(len(self.moved), len(rows))
        there = np.flatnonzero((self.moved[:seen] >= 0) & (self.moved[:seen] < size))
        carried[self.moved[there]] = rows[there]
        return carried


def _moved(log: EventLog, start: int, customers: Vocabulary, history: History) -> tuple[Codes, Codes]:
    """Where customers stand now, and which of them have another past."""
    seen = min(log.customers_at(start), len(customers))
    if np.array_equal(customers.first(seen).text, log.customers.first(seen).text):
        return np.arange(seen, dtype=np.int32), np.zeros(0, np.int32)
    active = np.flatnonzero(np.diff(history.offsets)).astype(np.int32)
    now = log.customers.indices(customers.ids(active))
    moved = np.full(len(customers), -1, np.int32)
    moved[active] = now
    events = np.zeros(len(log.customers), np.int64)
    events[now[now >= 0]] = np.diff(history.offsets)[active[now >= 0]]
    past = np.diff(log.window(np.iinfo(np.int64).min, start).offsets)
    return moved, np.flatnonzero(events != past).astype(np.int32)
