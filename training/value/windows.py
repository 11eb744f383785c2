"""Windows: what was known of a shop's customers at a past moment, and what they did after it."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np

from features.arrays import DAY, NO_TIME, Bools, Codes, Counts, Doubles, Floats, elements_of, rows_of, zeroed
from features.eventlog import EventLog
from features.kinds import Kind
from features.vocabulary import Vocabulary
from training.value.facts import facts
from training.value.orders import Orders


@dataclass(frozen=True)
class Window:
    """The K customers who had ordered before a moment."""

    time: int
    rows: Counts  # (K,) of the log
    known: Floats  # (K, F) facts as of the moment


@dataclass
class Windows:
    """Windows of one log, each made once."""

    log: EventLog
    horizon: int  # days
    _made: dict[int, Window] = field(default_factory=dict)
    _came: dict[tuple[int, int], tuple[Doubles, Bools]] = field(default_factory=dict)

    @classmethod
    def of(cls, log: EventLog, horizon: int, *, customers: int, seed: int) -> Self:
        """Of a log, or of so many of its customers where it has more."""
        if len(log.customers) <= customers:
            return cls(log, horizon)
        chosen = np.random.default_rng(seed).choice(len(log.customers), customers, replace=False)
        return cls(_only(log, np.sort(chosen).astype(np.int32)), horizon)

    def at(self, time: int) -> Window:
        """What was known just before a moment."""
        if time not in self._made:
            orders = Orders.of(self.log.window(NO_TIME, time, self.log.customers_at(time)), time)
            self._made[time] = Window(time, orders.rows, facts(orders, time, self.horizon))
        return self._made[time]

    def spent(self, window: Window, seconds: int) -> Doubles:
        """(K,) what the customers of a window paid in so many seconds after it."""
        return self._after(window.time, seconds)[0][window.rows]

    def bought(self, window: Window, seconds: int) -> Bools:
        """(K,) whether they bought anything."""
        return self._after(window.time, seconds)[1][window.rows]

    def _after(self, time: int, seconds: int) -> tuple[Doubles, Bools]:
        """(C,) of everybody, net of the refunds within that time."""
        if (time, seconds) not in self._came:
            log, end = self.log, time + seconds
            quantity = log.refunds.net(log.quantity, log.time, time, end)
            inside = (log.time >= time) & (log.time < end) & (log.kind == Kind.PURCHASE) & (quantity > 0)
            at = np.flatnonzero(inside)
            row, size = self._row[at], len(log.customer_first)
            paid = zeroed(quantity[at].astype(np.float64) * log.price[at])
            spent = np.bincount(row, paid, size).astype(np.float64, copy=False)
            self._came[time, seconds] = spent, np.bincount(row, minlength=size) > 0
        return self._came[time, seconds]

    @cached_property
    def _row(self) -> Codes:
        """(N,) the customer of each event of the log."""
        return rows_of(self.log.offsets)

    def moments(self, until: int, seconds: int, most: int) -> list[int]:
        """When windows of so many seconds begin, the newest first: half a horizon apart, a third of one at least after
        the first event."""
        first, last, step = self.log.start + self.horizon // 3 * DAY, until - seconds, self.horizon // 2 * DAY
        return [time for time in range(last, last - most * step, -step) if time >= first]


def _only(log: EventLog, customers: Codes) -> EventLog:
    """The events of some customers (ascending), who are numbered anew and have no ids."""
    offsets, kept = elements_of(log.offsets, customers)
    refunds, place = log.refunds, np.full(len(log.time), -1, np.int64)
    place[kept] = np.arange(len(kept))
    some = place[refunds.taker] >= 0
    return replace(
        log,
        customers=Vocabulary.of([]),
        customer_first=log.customer_first[customers],
        offsets=offsets,
        product=log.product[kept],
        time=log.time[kept],
        kind=log.kind[kept],
        quantity=log.quantity[kept],
        price=log.price[kept],
        order=log.order[kept],
        refunds=replace(
            refunds,
            time=refunds.time[some],
            taker=place[refunds.taker[some]],
            line=place[refunds.line[some]],
            quantity=refunds.quantity[some],
            vain=refunds.vain[:0],
        ),
    )


def horizon_of(days: float, longest: int) -> int:
    """Days that can be looked ahead: at most half of what was seen, so that a past window shows what came of it."""
    return min(longest, int(days // 2))
