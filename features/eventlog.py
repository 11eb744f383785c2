"""EventLog: everything that was accepted, in arrays, and the History as of any moment."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self
from weakref import WeakValueDictionary

import numpy as np

from features.arrays import NO_TIME, Array, Bools, Codes, Counts, Floats, Offsets, Times, offsets_of
from features.history import History, nowhere
from features.kinds import Kind
from features.refunds import Refunds
from features.vocabulary import Vocabulary

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class EventRows:
    """N accepted events in any order, with codes into the id lists beside them."""

    customer_ids: Any  # texts, as a list or a PyArrow column
    product_ids: Any
    customer: Codes  # (N,) index in customer_ids
    product: Codes  # (N,) index in product_ids, -1 for events without a product
    time: Times
    kind: Array  # uint8, codes of `Kind`
    quantity: Floats  # positive, for refunds too
    price: Floats  # NaN where unknown
    order: Codes  # (N,) dense number of the order, -1 where there is none; the lower is first where two begin together
    touch: Array = field(default_factory=nowhere)  # (N,) uint8, `features.touch`; none where no event tells it


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
    touch: Array = field(default_factory=nowhere)  # (N,) uint8, `features.touch`

    @classmethod
    def build(cls, rows: EventRows) -> Self:
        """Number the ids, sort the events and find the purchase that each refund takes back.

        Ids that no event names (rows of static tables) come last, by id.
        """
        return cls.arranged(rows)[0]

    @classmethod
    def arranged(cls, rows: EventRows) -> tuple[Self, Counts]:
        """The log, and (N,) which of the rows each of its events is."""
        customers, customer, customer_first = _renumber(rows.customer_ids, rows.customer, rows.time)
        products, product, product_first = _renumber(rows.product_ids, rows.product, rows.time)
        order = orders_in_time(rows.order, rows.time)[rows.order]
        by = by_customer_and_time(rows, customer, product)
        customer, product, time, kind = customer[by], product[by], rows.time[by], rows.kind[by]
        quantity, order = rows.quantity[by], order[by]
        refunds = Refunds.match(
            customer=customer, product=product, time=time, kind=kind, quantity=quantity, order=order
        )
        offsets = offsets_of(customer, len(customers))
        ids = (customers, products, customer_first, product_first)
        touch = rows.touch[by] if len(rows.touch) else np.zeros(len(by), np.uint8)
        return cls(*ids, offsets, product, time, kind, quantity, rows.price[by], order, refunds, touch), by

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
        held = self._held.get((start, end, rows))
        if held is None:
            held = self._held[start, end, rows] = self._window(start, end, rows)
        return held

    def kept(self, start: int, end: int) -> Bools:
        """(N,) the events of a window: those of `start <= time < end` that were not taken back within it."""
        return self._kept(self.refunds.net(self.quantity, self.time, start, end), start, end)

    def _kept(self, quantity: Floats, start: int, end: int) -> Bools:
        keep: Bools = (self.kind != Kind.REFUND) & (quantity > 0) & (self.time < end)
        if start != NO_TIME:
            keep &= self.time >= start
        return keep

    def _window(self, start: int, end: int, rows: int) -> History:
        quantity = self.refunds.net(self.quantity, self.time, start, end)
        kept = np.flatnonzero(self._kept(quantity, start, end))
        return History(
            np.searchsorted(kept, self.offsets[: rows + 1]),
            self.product[kept],
            self.time[kept],
            self.kind[kept],
            quantity[kept],
            self.price[kept],
            self.order[kept],
            self.touch[kept],
        )

    @cached_property
    def _held(self) -> "WeakValueDictionary[tuple[int, int, int], History]":
        """Windows that somebody has: they are asked for by several, and on a large shop each takes a second."""
        return WeakValueDictionary()


def by_customer_and_time(rows: EventRows, customer: Codes, product: Codes) -> Counts:
    """The order of the log. Only rows of one customer at the same second are compared in full."""
    early = np.argsort(rows.time, kind="stable")  # takes next to nothing where rows come in time's order, as they do
    who = customer[early].astype(np.min_scalar_type(int(customer.max(initial=0))))  # small numbers sort in linear time
    by = early[np.argsort(who, kind="stable")]
    same = customer[by].astype(np.int64) * (rows.time.max(initial=0) + 1) + rows.time[by]
    at = np.flatnonzero(_tied(same))
    if not len(at):
        return by
    things = int(product.max(initial=0)) + 2
    what = rows.kind[by[at]].astype(np.int64) * things + product[by[at]] + 1
    second = np.cumsum(np.append(False, same[at][1:] != same[at][:-1]))
    by[at], what = _reordered(by[at], second * (int(what.max(initial=0)) + 1) + what)
    at = at[_tied(what)]
    lines = by[at]
    by[at] = lines[np.lexsort((rows.order[lines], rows.price[lines], rows.quantity[lines], what[_tied(what)]))]
    return by


def _tied(key: Counts) -> Bools:
    """(N,) whether a neighbour in a sorted array is equal."""
    tied = np.zeros(len(key), np.bool_)
    tied[1:] = key[1:] == key[:-1]
    tied[:-1] |= tied[1:]
    return tied


def _reordered(rows: Counts, key: Counts) -> tuple[Counts, Counts]:
    by = np.argsort(key, kind="stable")
    return rows[by], key[by]


def orders_in_time(order: Codes, time: Times) -> Codes:
    """(O + 1,) numbers of orders by the time of their first event, so that later orders never change them; orders that
    begin together by the number they have. The last is -1, the number of none."""
    first = first_times(order, time, int(order.max(initial=-1)) + 1)
    by = np.argsort(first, kind="stable")
    number = np.full(len(first) + 1, -1, np.int32)
    number[by] = np.arange(len(first), dtype=np.int32)
    return number


def first_times(codes: Codes, time: Times, size: int) -> Times:
    """(size,) the earliest time of the events of each code, NEVER where there is none."""
    first = np.full(size, NEVER, np.int64)
    named = codes >= 0
    np.minimum.at(first, codes[named], time[named])
    return first


def in_order(ids: Any, first: Times) -> Counts:
    """The positions of texts (a PyArrow column) in the order of their first times, ties by text."""
    import pyarrow as pa  # slow to load, and the service has no use for it
    import pyarrow.compute as pc

    by: Counts = np.argsort(first, kind="stable")
    at = np.flatnonzero(_tied(first[by]))  # the others need no look at their texts
    alphabetical = np.empty(len(at), np.int64)
    alphabetical[pc.sort_indices(ids.take(pa.array(by[at]))).to_numpy()] = np.arange(len(at))
    by[at] = by[at][np.lexsort((alphabetical, first[by[at]]))]
    return by


def _renumber(ids: Any, codes: Codes, time: Times) -> tuple[Vocabulary, Codes, Times]:
    import pyarrow as pa

    column = ids if isinstance(ids, pa.Array) else pa.array(ids, pa.string())
    first = first_times(codes, time, len(column))
    by = in_order(column, first)
    number = np.empty(len(column) + 1, np.int32)
    number[by] = np.arange(len(column), dtype=np.int32)
    number[-1] = -1
    return Vocabulary.of_column(column.take(pa.array(by))), number[codes], first[by]
