"""Change: what is other as of a moment than as of an earlier one."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features import _kernels
from features.arrays import NO_TIME, Bools, Codes, Floats
from features.eventlog import EventLog
from features.history import History
from features.kinds import Kind
from features.vocabulary import Vocabulary

GROWN = 0.02  # of a product's sales: fewer new ones hardly change what it has in common with others


@dataclass(frozen=True)
class Change:
    """Between two moments. Products keep their index; customers may move, as visitors turn out to be somebody."""

    products: Codes  # ascending: bought or taken back since, and all new ones
    grown: Codes  # ascending: those of them with a share of `GROWN` more sales than when that was last so, or a past
    #               that was not known
    customers: Codes  # ascending: who did so, or has another past than was known
    moved: Codes  # (C,) the index now of each customer seen by the earlier moment, -1 for one who is no more

    @classmethod
    def between(
        cls, log: EventLog, start: int, end: int, *, products: int, customers: Vocabulary, history: History
    ) -> Self:
        """What happened in `start <= time < end` according to `log`, of which the first `products` are known at the
        end, and what came late; `customers` and their `history` are what was known of it at the start."""
        at = np.flatnonzero((log.time >= start) & (log.time < end))
        at = at[np.isin(log.kind[at], (Kind.PURCHASE, Kind.REFUND))]
        sold = np.union1d(log.product[at], np.arange(log.products_at(start), products))
        buyers = np.unique(np.searchsorted(log.offsets, at, side="right") - 1)
        moved = _moved(log, start, customers, history)
        others, late = _other_past(log, start, history, moved)
        sold, buyers = np.union1d(sold, late), np.union1d(buyers, others)
        sold = sold[sold >= 0].astype(np.int32)
        grown = np.union1d(sold[_grown(log, start, end, products)[sold]], late[late >= 0])
        return cls(sold, grown.astype(np.int32), buyers.astype(np.int32), moved)

    def carried(self, rows: Floats, size: int) -> Floats:
        """(size, F) rows of the customers of before, each at its index now; zero for the others."""
        seen = min(len(self.moved), len(rows))
        there = np.flatnonzero((self.moved[:seen] >= 0) & (self.moved[:seen] < size))
        source = np.full(size, -1)
        source[self.moved[there]] = there
        if not seen:
            return np.zeros((size, rows.shape[1]), np.float32)
        carried: Floats = rows.take(source, axis=0, mode="clip").astype(np.float32, copy=False)
        carried[source < 0] = 0.0
        return carried


def _moved(log: EventLog, start: int, customers: Vocabulary, history: History) -> Codes:
    """Where customers stand now."""
    seen = min(log.customers_at(start), len(customers))
    if np.array_equal(customers.first(seen).text, log.customers.first(seen).text):
        return np.arange(seen, dtype=np.int32)
    return np.where(np.diff(history.offsets) > 0, log.customers.find(customers.column), np.int32(-1))


def _other_past(log: EventLog, start: int, known: History, moved: Codes) -> tuple[Codes, Codes]:
    """The customers whose past has another number of events than was known, and the products of which it has."""
    kept = np.flatnonzero(log.kept(NO_TIME, start))
    past = np.diff(np.searchsorted(kept, log.offsets))
    there = np.flatnonzero(moved >= 0)
    events = np.zeros(len(past), np.int64)
    events[moved[there]] = np.diff(known.offsets)[there]
    now, then = (_kernels.counts(codes, len(log.products)) for codes in (log.product[kept], known.product))
    others, late = np.flatnonzero(events != past), np.flatnonzero(now != then) - 1
    return others.astype(np.int32), late.astype(np.int32)


def _grown(log: EventLog, start: int, end: int, products: int) -> Bools:
    """(products,) which sold a share of `GROWN` more, counted from their first sale, however long that took."""
    bought = np.flatnonzero(log.kind == Kind.PURCHASE)
    product, when = log.product[bought], log.time[bought]
    before, after = (np.bincount(product[when < time], minlength=products)[:products] for time in (start, end))
    with np.errstate(divide="ignore"):
        step, next_step = (np.floor(np.log(count) / np.log1p(GROWN)) for count in (before, after))
    grown: Bools = next_step > step
    return grown
