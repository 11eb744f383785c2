"""Standing: the event log as a reading left it, and what the next one must know to merge new rows into it.

It says nothing that the rows of the ledger do not say: where it is missing or does not fit, the log is built from them.
"""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Array, Codes, Counts, rows_of
from features.eventlog import NEVER, EventLog, orders_in_time
from features.refunds import Refunds
from features.tables.chunk import Column
from features.tables.gather import Events, Gathered
from features.tables.hashing import Hashes
from features.tables.names import NameChanges
from features.tables.packed import pack, unpack
from features.tables.patterns import ANONYMOUS
from features.tables.text import Text
from features.vocabulary import Vocabulary

_IDS = ("customers", "products")
_PARTS = ("text", "offsets", "order")  # of a vocabulary
_NAMES = ("product", "time", "name")


@dataclass(frozen=True)
class Standing:
    """N events, D devices that stated no customer, O orders, K keys."""

    log: EventLog
    via: Codes  # (N,) the device of each event, or the other id of its customer, -1 where rows name the customer
    devices: Vocabulary  # as rows state them, with customers who are known under another id
    holder: Codes  # (D,) the customer of the log who has a device's events
    orders: Hashes  # (O,) hash of each order, by its number in the log
    keys: Hashes  # (K,) ascending, of all rows that were taken in
    names: NameChanges | None
    merged: int  # identical lines of an order

    @classmethod
    def of(cls, events: Events, log: EventLog, by: Counts, names: NameChanges | None, members: Column) -> Self:
        """After all rows were read; `by` (N,) is the order of the log."""
        devices, via = devices_of(events.stated, members)
        holder = np.full(len(devices), -1, np.int32)
        there = np.flatnonzero(via[by] >= 0)
        holder[via[by][there]] = rows_of(log.offsets)[there]
        dense, hashes = events.numbered_orders
        orders = np.empty(len(hashes), np.uint64)
        orders[orders_in_time(dense, events.time)[:-1]] = hashes
        return cls(log, via[by], Vocabulary.of_column(devices), holder, orders, events.keys, names, events.merged)

    def stated(self) -> Column:
        """The customers and devices that the events name: of customers who were never named themselves, too."""
        return pa.chunked_array([self.log.customers.column, self.devices.column]).combine_chunks().cast(pa.string())

    def precedes(self, gathered: Gathered) -> bool:
        """Whether all of some new rows happened after these, and none of them repeats one."""
        key, time = gathered.joined("key"), gathered.joined("time")
        if not len(key):
            return True
        if not len(self.log.time) or time.min() <= self.log.time.max():
            return False
        at = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        return not (self.keys[at] == key).any()

    def write(self, path: Path) -> None:
        """Keep it in a file."""
        log, names = _seen(self.log), self.names
        arrays: dict[str, Array] = {name: getattr(self, name) for name in ("via", "holder", "orders", "keys")}
        arrays |= {f"log.{name}": getattr(log, name) for name in _plain(EventLog)}
        arrays |= {f"refunds.{name}": getattr(log.refunds, name) for name in _plain(Refunds)}
        ids = {**{name: getattr(log, name) for name in _IDS}, "devices": self.devices}
        for name, vocabulary in ids.items():
            arrays |= {f"{name}.{part}": getattr(vocabulary, part) for part in _PARTS}
        if names is not None:
            arrays |= {f"names.{name}": getattr(names, name) for name in _NAMES}
        pack(path, arrays, {"merged": self.merged, "names": None if names is None else names.names})

    @classmethod
    def read(cls, path: Path) -> Self:
        """Map a file that `write` left; ValueError, KeyError or OSError where it is not one."""
        arrays, facts = unpack(path)
        ids = {name: Vocabulary(**_of(arrays, name, _PARTS)) for name in (*_IDS, "devices")}
        refunds = Refunds(**_of(arrays, "refunds", _plain(Refunds)))
        plain = _of(arrays, "log", _plain(EventLog))
        named: Any = facts["names"]
        return cls(
            log=EventLog(customers=ids["customers"], products=ids["products"], refunds=refunds, **plain),
            via=arrays["via"],
            devices=ids["devices"],
            holder=arrays["holder"],
            orders=arrays["orders"],
            keys=arrays["keys"],
            names=None if named is None else NameChanges(**_of(arrays, "names", _NAMES), names=named),
            merged=facts["merged"],
        )


def devices_of(stated: Text, members: Column) -> tuple[pa.Array, Codes]:
    """The devices among what some rows state, with the customers among `members`, who are known under another id; and
    (n,) the one of each row, -1 where it names a customer."""
    used = np.bincount(stated.code[stated.code >= 0], minlength=len(stated.texts)) > 0
    other = pc.or_(pc.starts_with(stated.texts, ANONYMOUS), pc.is_in(stated.texts, members))
    device = other.to_numpy(zero_copy_only=False).astype(bool) & used
    number = np.append(np.where(device, np.cumsum(device) - 1, -1), -1).astype(np.int32)
    return stated.texts.filter(pa.array(device)), number[stated.code]


def _plain(kind: type) -> tuple[str, ...]:
    """The fields that are arrays."""
    return tuple(f.name for f in fields(kind) if f.name not in {*_IDS, "refunds"})


def _of(arrays: dict[str, Array], name: str, parts: tuple[str, ...]) -> dict[str, Array]:
    return {part: arrays[f"{name}.{part}"] for part in parts}


def _seen(log: EventLog) -> EventLog:
    """Without ids that only the static tables know: they may be of people who do not consent."""
    customers, products = log.customers_at(NEVER), log.products_at(NEVER)
    return replace(
        log,
        customers=log.customers.first(customers),
        products=log.products.first(products),
        customer_first=log.customer_first[:customers],
        product_first=log.product_first[:products],
        offsets=log.offsets[: customers + 1],
    )
