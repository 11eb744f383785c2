"""Merging: new rows into a log as the last reading left it, so that only what changed is sorted again.

Changed are the customers with new events, and those who get or lose a device: all their rows are put in order anew, and
those of everybody else are moved as they stand. The log is the same, to the last bit, as one built from all rows; where
somebody's rows go, products and orders keep the numbers that they had with them.
"""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Array, Bools, Codes, Counts, Floats, Offsets, Times, elements_of, offsets_of
from features.eventlog import NEVER, EventLog, EventRows, by_customer_and_time, first_times, orders_in_time
from features.refunds import Refunds
from features.tables.chunk import Column
from features.tables.gather import Events
from features.tables.hashing import Hashes
from features.tables.ids import Ids, Ordered
from features.tables.runs import Runs
from features.tables.standing import Standing, devices_of
from features.tables.statics import Statics
from features.vocabulary import Vocabulary

_COLUMNS = ("product", "time", "kind", "quantity", "price", "order", "touch", "via")


@dataclass(frozen=True)
class Static:
    """What is known beside the events."""

    statics: Statics  # who has which device
    customers: Column  # ids of the tables
    products: Column
    gone: Column  # customers and devices whose rows are to go


def merged(before: Standing, new: Events, static: Static) -> Standing:
    """The log with some new rows, of which `before.precedes` holds, as of what is known of devices by now."""
    return _Merging(before, new, static).run()


@dataclass(frozen=True)
class _Rows:
    """E rows of customers who changed."""

    customer: Codes
    product: Codes
    time: Times
    kind: Array
    quantity: Floats
    price: Floats
    order: Codes
    touch: Array
    via: Codes

    @classmethod
    def joined(cls, *parts: Self) -> Self:
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    def take(self, by: Counts) -> Self:
        return type(self)(*(getattr(self, f.name)[by] for f in fields(self)))


@dataclass(frozen=True)
class _Merging:
    before: Standing
    new: Events
    static: Static

    def run(self) -> Standing:
        before, new, old = self.before, self.new, self.before.log
        statics, named = self.static.statics, old.customers.column.cast(pa.string())
        found, device = devices_of(new.stated, statics.members)
        devices = Ids.of(before.devices, found, named.filter(pc.is_in(named, statics.members)))
        holders, persons = statics.settled(devices.column.cast(pa.string())), statics.settled(named)
        customers = Ids.of(old.customers, new.customer.texts, self.static.customers, holders, persons)
        products = Ids.of(old.products, new.product.texts, self.static.products)
        orders, numbers = self._orders()
        fresh = _Rows(
            customers.codes(new.customer.texts)[new.customer.code],
            products.codes(new.product.texts)[new.product.code],
            *(new.time, new.kind, new.quantity, new.price, numbers, new.touch),
            devices.codes(found)[device],
        )
        gone = _Gone.of(self.static.gone, customers, devices)
        now = _Now(customers.codes(holders)[:-1], customers.codes(persons)[:-1], devices.codes(named)[:-1])
        changed = self._changed(fresh, now, gone)
        rows = _Rows.joined(self._taken(changed, now, gone), fresh)
        first = first_times(rows.customer, rows.time, len(customers.column))
        first[: len(changed)][~changed] = old.customer_first[~changed]
        who = customers.ordered(first, self.static.customers)
        sold = np.minimum(
            np.append(old.product_first, np.full(len(products.column) - len(old.products), NEVER)),
            first_times(fresh.product, fresh.time, len(products.column)),
        )
        what = products.ordered(sold, self.static.products)
        rows = replace(rows, customer=who.number[rows.customer], product=what.number[rows.product])
        left = np.flatnonzero(~gone.devices)
        number = np.full(len(gone.devices) + 1, -1, np.int32)
        number[left] = np.arange(len(left), dtype=np.int32)
        return _Merged(before, _sorted(rows, orders), who, what, changed).standing(
            devices=Vocabulary.of_column(devices.column.take(pa.array(left))),
            device=number,
            holder=who.number[now.holder[left]],
            orders=orders,
            new=new,
        )

    def _orders(self) -> tuple[Hashes, Codes]:
        """The hashes of all orders by number, and the number of each new row's: new ones come after the old."""
        before, (dense, hashes) = self.before, self.new.numbered_orders
        known = pc.index_in(pa.array(hashes), pa.array(before.orders)).fill_null(-1).to_numpy()
        unknown = known < 0
        only = np.append(np.where(unknown, np.cumsum(unknown) - 1, -1), -1).astype(np.int32)
        later = orders_in_time(only[dense], self.new.time)
        number = np.append(known, -1).astype(np.int32)
        number[:-1][unknown] = len(before.orders) + later[:-1]
        orders = np.empty(len(before.orders) + len(later) - 1, np.uint64)
        orders[: len(before.orders)] = before.orders
        orders[number[:-1][unknown]] = hashes[unknown]
        return orders, number[dense]

    def _changed(self, fresh: _Rows, now: "_Now", gone: "_Gone") -> Bools:
        """(C,) the customers of before who have new rows, who get or lose a device, who are known under another id now,
        or whose rows go."""
        changed = gone.customers[: len(self.before.log.customers)].copy()
        known, holder = self.before.holder, now.holder
        moved = np.flatnonzero((holder[: len(known)] != known) | gone.devices[: len(known)])
        other = now.elsewhere
        for codes in (fresh.customer, holder[moved], known[moved], other, now.person[other]):
            changed[codes[codes < len(changed)]] = True
        return changed

    def _taken(self, changed: Bools, now: "_Now", gone: "_Gone") -> _Rows:
        """The rows of before of those who changed, each with its customer of now."""
        old, who = self.before.log, np.flatnonzero(changed).astype(np.int32)
        offsets, at = elements_of(old.offsets, who)
        via = self.before.via[at]
        named = np.repeat(who, np.diff(offsets))
        stays = ~np.where(via >= 0, np.append(gone.devices, False)[via], gone.customers[named])
        at, via, named = at[stays], via[stays], named[stays]
        via = np.where((via < 0) & (now.person[named] != named), now.device[named], via)
        customer = np.where(via >= 0, np.append(now.holder, np.int32(-1))[via], named)
        columns = {name: getattr(old, name)[at] for name in _COLUMNS[:-1]}
        return _Rows(customer=customer, via=via, **columns)


@dataclass(frozen=True)
class _Now:
    """As of what is known of persons by now."""

    holder: Codes  # (D,) the customer of each device, and of each other id
    person: Codes  # (C,) whom each customer of before is known as
    device: Codes  # (C,) what each of them is among the devices, -1 for those who were never known as another

    @property
    def elsewhere(self) -> Codes:
        """Customers of before who are known under another id."""
        return np.flatnonzero(self.person != np.arange(len(self.person))).astype(np.int32)


@dataclass(frozen=True)
class _Gone:
    """Whose rows go."""

    customers: Bools  # (V,)
    devices: Bools  # (D,)

    @classmethod
    def of(cls, gone: Column, customers: Ids, devices: Ids) -> Self:
        found = (pc.is_in(ids.column, gone.cast(pa.large_string())) for ids in (customers, devices))
        return cls(*(column.to_numpy(zero_copy_only=False).astype(bool) for column in found))


def _sorted(rows: _Rows, orders: Hashes) -> _Rows:
    dense = np.full(len(rows.order), -1, np.int32)  # where all else is equal, the hash of its order puts a line first
    dense[rows.order >= 0] = np.unique(orders[rows.order[rows.order >= 0]], return_inverse=True)[1]
    plain = (rows.customer, rows.product, rows.time, rows.kind, rows.quantity, rows.price)
    return rows.take(by_customer_and_time(EventRows([], [], *plain, dense), rows.customer, rows.product))


@dataclass(frozen=True)
class _Merged:
    """The rows of those who changed, sorted, to be put between the rows of the others."""

    before: Standing
    rows: _Rows
    who: Ordered
    what: Ordered
    changed: Bools  # (C,) customers of before

    def standing(self, *, devices: Vocabulary, device: Codes, holder: Codes, orders: Hashes, new: Events) -> Standing:
        """All of it. The devices that are left are numbered anew, by what `device` says."""
        columns, offsets, start = self._columns()
        via = device[columns.pop("via")]
        log = EventLog(
            customers=self.who.ids,
            products=self.what.ids,
            customer_first=self.who.first,
            product_first=self.what.first,
            offsets=offsets,
            refunds=self._refunds(offsets, start),
            **columns,
        )
        names = self.before.names
        if names is not None:
            names = names.extended(new.name_changes(log.products))
        keys = np.concatenate([self.before.keys, new.keys])
        keys.sort(kind="stable")  # merges the two in linear time
        found = self.before.merged + new.merged
        return Standing(log, via, devices, holder, orders, keys, names, found)

    def _columns(self) -> tuple[dict[str, Array], Offsets, Counts]:
        """All columns, the offsets of the customers, and where the rows of each begin in the old log or, for those who
        changed, behind it."""
        old, who, rows = self.before.log, self.who, self.rows
        own = offsets_of(rows.customer, len(who.code))
        start, length = len(old.time) + own[:-1], np.diff(own)
        stays = np.flatnonzero(who.code < len(self.changed))
        stays = stays[~self.changed[who.code[stays]]]
        start[stays] = old.offsets[who.code[stays]]
        length[stays] = np.diff(old.offsets)[who.code[stays]]
        offsets = np.zeros(len(start) + 1, np.int64)
        np.cumsum(length, out=offsets[1:])
        every = {name: getattr(old, name) for name in _COLUMNS[:-1]} | {"via": self.before.via}
        runs = Runs.of(len(old.time), start, offsets)
        return {name: runs.moved(every[name], getattr(rows, name)) for name in _COLUMNS}, offsets, start

    def _refunds(self, offsets: Offsets, start: Counts) -> Refunds:
        """Those of the customers who changed are matched again."""
        old, rows = self.before.log, self.rows
        again = Refunds.match(
            customer=rows.customer,
            product=rows.product,
            time=rows.time,
            kind=rows.kind,
            quantity=rows.quantity,
            order=rows.order,
        )
        shift = offsets[:-1] - start  # (W,) from where rows of a customer lay to where they lie

        def stayed(at: Counts) -> tuple[Bools, Counts]:
            customer = np.searchsorted(old.offsets, at, side="right") - 1
            keep = ~self.changed[customer]
            return keep, at[keep] + shift[self.who.number[customer[keep]]]

        def placed(at: Counts) -> Counts:
            return at + len(old.time) + shift[rows.customer[at]]

        kept, taker = stayed(old.refunds.taker)
        taker, line = np.append(taker, placed(again.taker)), np.append(stayed(old.refunds.line)[1], placed(again.line))
        by = np.argsort(taker, kind="stable")
        time = np.append(old.refunds.time[kept], again.time)
        quantity = np.append(old.refunds.quantity[kept], again.quantity)
        vain = np.sort(np.append(stayed(old.refunds.vain)[1], placed(again.vain)))
        return Refunds(time[by], taker[by], line[by], quantity[by], vain)
