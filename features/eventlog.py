"""EventLog: everything that was accepted, in arrays, and the History as of any moment."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import NO_TIME, Array, Codes, Counts, Floats, Offsets, Times, offsets_of, rows_of
from features.history import History
from features.kinds import Kind
from features.refunds import Refunds
from features.vocabulary import Vocabulary

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class EventRows:
    """N accepted events in any order, with codes into the id lists beside them."""

    customer_ids: list[str]
    product_ids: list[str]
    customer: Codes  # (N,) index in customer_ids
    product: Codes  # (N,) index in product_ids, -1 for events without a product
    time: Times
    kind: Array  # uint8, codes of `Kind`
    quantity: Floats  # positive, for refunds too
    price: Floats  # NaN where unknown
    order: Codes  # (N,) number of the order, any that tells orders apart; -1 where there is none


@dataclass(frozen=True)
class EventLog:
    """All accepted events, sorted by customer and time, with both id maps.

    Indices are given in the order of first appearance (ties by id), so the id maps as of an earlier moment are a prefix
    of these: what happens after T never changes an index as of T.
    """

    customers: Vocabulary
    products: Vocabulary
    customer_first: Times  # (C,) time of the first event, ascending; NEVER for those without one
    product_first: Times  # (P,) likewise
    offsets: Offsets
    product: Codes
    time: Times
    kind: Array
    quantity: Floats
    price: Floats
    order: Codes
    refunds: Refunds

    @classmethod
    def build(cls, rows: EventRows) -> Self:
        """Number the ids, sort the events and find the purchase that each refund takes back.

        Ids that no event names (rows of static tables) come last, by id.
        """
        customers, customer, customer_first = _renumber(rows.customer_ids, rows.customer, rows.time)
        products, product, product_first = _renumber(rows.product_ids, rows.product, rows.time)
        by = _by_customer_and_time(rows, customer, product)
        customer, product, time, kind = customer[by], product[by], rows.time[by], rows.kind[by]
        quantity, order = rows.quantity[by], _orders_in_time(rows.order[by], time)
        refunds = Refunds.match(
            customer=customer, product=product, time=time, kind=kind, quantity=quantity, order=order
        )
        return cls(
            customers,
            products,
            customer_first,
            product_first,
            offsets_of(customer, len(customers)),
            product,
            time,
            kind,
            quantity,
            rows.price[by],
            order,
            refunds,
        )

    @property
    def start(self) -> int:
        """Time of the first event."""
        return int(self.customer_first[0])

    @property
    def end(self) -> int:
        """The first whole second after the last event."""
        return int(self.time.max()) + 1

    def customers_at(self, time: int) -> int:
        """How many customers had been seen before a moment; they are the first ones."""
        return int(np.searchsorted(self.customer_first, time))

    def products_at(self, time: int) -> int:
        """How many products had been seen before a moment; they are the first ones."""
        return int(np.searchsorted(self.product_first, time))

    def events_before(self, time: int) -> int:
        """How many events happened before a moment."""
        return int(np.count_nonzero(self.time < time))

    def as_of(self, time: int) -> History:
        """What was known just before `time`: one row for each customer seen by then."""
        return self.window(NO_TIME, time, self.customers_at(time))

    def window(self, start: int, end: int, customers: int | None = None) -> History:
        """The events of `start <= time < end`, net of the refunds inside it alone; one row a customer."""
        rows = len(self.customers) if customers is None else customers
        quantity = self.refunds.net(self.quantity, self.time, start, end)
        keep = (self.time >= start) & (self.time < end) & (self.kind != Kind.REFUND) & (quantity > 0)
        kept = np.flatnonzero(keep)
        row: Counts = rows_of(self.offsets)[kept].astype(np.int64)
        return History(
            offsets_of(row, rows),
            self.product[kept],
            self.time[kept],
            self.kind[kept],
            quantity[kept],
            self.price[kept],
            self.order[kept],
        )


def _by_customer_and_time(rows: EventRows, customer: Codes, product: Codes) -> Counts:
    """The order of the log. Only rows of one customer at the same second are compared in full."""
    early = np.argsort(rows.time, kind="stable")  # takes next to nothing where rows come in time's order, as they do
    who = customer[early].astype(np.min_scalar_type(int(customer.max(initial=0))))  # small numbers sort in linear time
    by = early[np.argsort(who, kind="stable")]
    key = customer[by].astype(np.int64) * (rows.time.max(initial=0) + 1) + rows.time[by]
    tied = np.append(False, key[1:] == key[:-1])
    tied[:-1] |= tied[1:]
    at = by[tied]
    by[tied] = at[
        np.lexsort((rows.order[at], rows.price[at], rows.quantity[at], product[at], rows.kind[at], key[tied]))
    ]
    return by


def _orders_in_time(order: Codes, time: Times) -> Codes:
    """Order numbers (of events in the log's order) by the time of their first event: later orders never change them."""
    by = np.flatnonzero(order >= 0)
    by = by[np.argsort(time[by], kind="stable")]
    _, first, code = np.unique(order[by], return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int32)
    number[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    numbered = np.full(len(order), -1, np.int32)
    numbered[by] = number[code]
    return numbered


def _renumber(ids: list[str], codes: Codes, time: Times) -> tuple[Vocabulary, Codes, Times]:
    import pyarrow as pa  # slow to load, and the service has no use for it
    import pyarrow.compute as pc

    first = np.full(len(ids), NEVER, np.int64)
    named = codes >= 0
    np.minimum.at(first, codes[named], time[named])
    alphabetical = np.empty(len(ids), np.int64)
    alphabetical[pc.sort_indices(pa.array(ids, pa.string())).to_numpy()] = np.arange(len(ids))
    by = np.lexsort((alphabetical, first))
    number = np.empty(len(ids) + 1, np.int32)
    number[by] = np.arange(len(ids), dtype=np.int32)
    number[-1] = -1
    return Vocabulary.of([ids[i] for i in by]), number[codes], first[by]
