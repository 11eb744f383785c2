"""Asking in the middle of visits: the questions that the visit ranker learns from, and is measured by.

A visit is cut after a random one of its events. What came before is what the next answer would know; what is bought
later in the visit, and is not in the cart yet, is what the list should have shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from features.arrays import DAY, NO_TIME, Codes, Counts, Times
from features.context import Context
from features.eventlog import EventLog
from features.history import History
from features.kinds import Kind
from features.profiles import Profiles
from features.visit import TOUCHES, visit_number
from training.candidates.scores import Baskets
from training.request import Request

AFTER = 5  # seconds from the last event to the question


@dataclass(frozen=True)
class Cuts:
    """Q moments in visits of a window, by time."""

    customer: Codes  # (Q,) index in the log
    time: Times  # (Q,) of the last event that is known
    end: Times  # (Q,) of the last event of the visit

    @classmethod
    def of(cls, log: EventLog, start: int, end: int, *, most: int, seed: int) -> "Cuts":
        """At most `most` of the visits in which something was bought after something else was done."""
        window = log.window(start, end)
        touches = window.only((window.product >= 0) & np.isin(window.kind, TOUCHES))
        visit = visit_number(touches)
        count = np.bincount(visit)
        first = np.cumsum(count) - count
        bought = np.bincount(visit, touches.kind == Kind.PURCHASE)
        usable = np.flatnonzero((bought > 0) & (count > 1))
        random = np.random.default_rng([seed, start])
        if len(usable) > most:
            usable = np.sort(random.choice(usable, most, replace=False))
        at = first[usable] + (random.random(len(usable)) * (count[usable] - 1)).astype(np.int64)
        by = np.argsort(touches.time[at], kind="stable")
        last = first[usable] + count[usable] - 1
        return cls(touches.row[at][by], touches.time[at][by], touches.time[last][by])

    def __len__(self) -> int:
        return len(self.time)

    def weeks(self) -> Iterator["Cuts"]:
        """Those of each week."""
        week = self.time // (7 * DAY)
        for one in np.unique(week).tolist():
            yield self.take(np.flatnonzero(week == one))

    def take(self, at: Counts) -> "Cuts":
        """Some of them."""
        return Cuts(self.customer[at], self.time[at], self.end[at])


@dataclass(frozen=True)
class Asked:
    """R questions in the middle of visits, as one request."""

    request: Request
    bought: Baskets  # later in the visit, and not in the cart yet


@dataclass(frozen=True)
class Known:
    """What a model knows of a log: what came before a moment."""

    customers: int  # the first of the log
    products: int
    time: int


def asked(cuts: Cuts, log: EventLog, profiles: Profiles, known: Known) -> Asked:
    """The questions of one week, asked of a model. What the model has not seen is passed over, as in live answers.

    All are moved to the moment of the last one, each with its whole history: how long ago something was stays the same.
    """
    now = int(cuts.time.max()) + AFTER
    whole = log.window(NO_TIME, int(cuts.end.max()) + 1).take(cuts.customer)
    whole = whole.only(whole.product < known.products)
    upto, end = cuts.time[whole.row], cuts.end[whole.row]
    past, later = whole.only(whole.time <= upto), whole.only((whole.time > upto) & (whole.time <= end))
    moved = replace(past, time=past.time + (now - AFTER - cuts.time)[past.row])
    baskets = _baskets(moved, now)
    traded = (past.kind == Kind.PURCHASE) & (past.time >= known.time)
    request = Request(
        np.where(cuts.customer < known.customers, cuts.customer, -1).astype(np.int32),
        moved,
        profiles.take(cuts.customer),
        Context(now, baskets.offsets, baskets.product, np.full(len(cuts), -1, np.int32)),
        renewed=np.bincount(past.row[traded], minlength=len(cuts)) > 0,
    )
    return Asked(request, _without(later.purchases, baskets))


def _baskets(history: History, now: int) -> Baskets:
    """What is in the carts."""
    recent = history.only((history.time >= now - DAY) & (history.product >= 0))
    carts: list[set[int]] = [set() for _ in range(len(history))]
    for row, product, kind in zip(recent.row.tolist(), recent.product.tolist(), recent.kind.tolist(), strict=True):
        if kind == Kind.ADD_TO_CART:
            carts[row].add(product)
        elif kind in (Kind.REMOVE_FROM_CART, Kind.PURCHASE):
            carts[row].discard(product)
    offsets = np.cumsum([0, *map(len, carts)])
    return Baskets(offsets, np.array([product for cart in carts for product in sorted(cart)], np.int32))


def _without(bought: History, baskets: Baskets) -> Baskets:
    rows = np.repeat(np.arange(len(bought), dtype=np.int64), np.diff(baskets.offsets))
    keys = np.unique(bought.row.astype(np.int64) << 32 | bought.product)
    keys = np.setdiff1d(keys, rows << 32 | baskets.product)
    offsets = np.append(0, np.cumsum(np.bincount(keys >> 32, minlength=len(bought))))
    return Baskets(offsets, (keys & 0xFFFFFFFF).astype(np.int32))
