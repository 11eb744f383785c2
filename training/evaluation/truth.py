"""Truth: who is scored, and what they bought after the cut."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pyarrow as pa

from features.arrays import Bools, Codes, Counts, rows_of
from features.eventlog import EventLog
from features.history import History
from features.tables.hashing import combine, hash_column
from training.evaluation.purchases import Purchases

MOST_CUSTOMERS = 20_000  # more are sampled: the interval of a mean over these is below half a percent already


@dataclass(frozen=True)
class Truth:
    """L scored customers: those with a net purchase before the cut and one in the window after it."""

    cut: int  # seconds since the epoch, UTC
    end: int  # the window is cut <= time < end
    products: int  # how many products had been seen before the cut; bought ones from here on cannot be found
    eligible: int  # customers before sampling
    customer: Codes  # (L,) ascending indices in the event log
    bought: Purchases  # (L,) in the window
    known: Purchases  # (L,) before the cut
    orders: Counts  # (L,) orders before the cut

    @classmethod
    def of(cls, log: EventLog, cut: int, end: int, *, most: int = MOST_CUSTOMERS, seed: int = 0) -> Self:
        """What was bought in `cut <= time < end` by the customers who had bought before.

        Refunds before the cut take back purchases before it, those in the window purchases in the window. Products
        first seen after the cut stay in the truth. More than `most` customers are sampled.
        """
        before, after = log.as_of(cut).purchases, log.window(cut, end).purchases
        active = (np.diff(before.offsets) > 0) & (np.diff(after.offsets)[: len(before)] > 0)
        eligible = np.flatnonzero(active)
        customer = _sample(log, eligible, most, seed).astype(np.int32)
        past = before.take(customer)
        return cls(
            cut=cut,
            end=end,
            products=log.products_at(cut),
            eligible=len(eligible),
            customer=customer,
            bought=Purchases.of(after.take(customer)),
            known=Purchases.of(past),
            orders=orders_of(past),
        )

    def __len__(self) -> int:
        return len(self.customer)

    @cached_property
    def repeated(self) -> Bools:
        """For each product bought in the window, whether the same customer had bought it before."""
        return self.known.has(rows_of(self.bought.offsets), self.bought.product)


def orders_of(purchases: History) -> Counts:
    """(R,) how many orders each customer placed; lines without an order number are one order a moment."""
    number = purchases.order_number
    first = np.diff(number, prepend=-1) > 0
    return np.bincount(purchases.row[first], minlength=len(purchases))


def _sample(log: EventLog, customers: Counts, most: int, seed: int) -> Counts:
    """Who is drawn depends on the id alone: windows that overlap have most of their customers in common, so that what a
    model answered them need not be asked again."""
    if len(customers) <= most:
        return customers
    ids = log.customers.column.take(pa.array(customers))
    drawn = combine(hash_column(ids), np.full(len(customers), seed))
    return np.sort(customers[np.argsort(drawn, kind="stable")[:most]])
