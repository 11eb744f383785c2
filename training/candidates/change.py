"""Change: what is other as of a moment than as of an earlier one."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import NO_TIME, Codes, Floats
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
        end, and what came late; `customers` and their `history` are what was known of it at the start."""
        sales = np.isin(log.kind, (Kind.PURCHASE, Kind.REFUND))
        at = np.flatnonzero((log.time >= start) & (log.time < end) & sales)
        sold = np.union1d(log.product[at], np.arange(log.products_at(start), products))
        buyers = np.unique(np.searchsorted(log.offsets, at, side="right") - 1)
        past, moved = log.window(NO_TIME, start), _moved(log, start, customers, history)
        others, late = _other_past(past, history, moved)
        sold, buyers = np.union1d(sold, late), np.union1d(buyers, others)
        return cls(sold[sold >= 0].astype(np.int32), buyers.astype(np.int32), moved)

    def carried(self, rows: Floats, size: int) -> Floats:
        """(size, F) rows of the customers of before, each at its index now; zero for the others."""
        carried = np.zeros((size, rows.shape[1]), np.float32)
        seen = min(len(self.moved), len(rows))
        there = np.flatnonzero((self.moved[:seen] >= 0) & (self.moved[:seen] < size))
        carried[self.moved[there]] = rows[there]
        return carried


def _moved(log: EventLog, start: int, customers: Vocabulary, history: History) -> Codes:
    """Where customers stand now."""
    seen = min(log.customers_at(start), len(customers))
    if np.array_equal(customers.first(seen).text, log.customers.first(seen).text):
        return np.arange(seen, dtype=np.int32)
    moved = np.full(len(customers), -1, np.int32)
    active = np.flatnonzero(np.diff(history.offsets)).astype(np.int32)
    moved[active] = log.customers.indices(customers.ids(active))
    return moved


def _other_past(past: History, known: History, moved: Codes) -> tuple[Codes, Codes]:
    """The customers whose past has another number of events than was known, and the products of which it has."""
    there = np.flatnonzero(moved >= 0)
    events = np.zeros(len(past), np.int64)
    events[moved[there]] = np.diff(known.offsets)[there]
    size = 2 + max(int(past.product.max(initial=-1)), int(known.product.max(initial=-1)))
    of_product = np.bincount(past.product + 1, minlength=size) - np.bincount(known.product + 1, minlength=size)
    others, late = np.flatnonzero(events != np.diff(past.offsets)), np.flatnonzero(of_product) - 1
    return others.astype(np.int32), late.astype(np.int32)
