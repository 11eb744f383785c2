"""Gathering: the accepted rows of all chunks as one set of arrays, duplicates found across them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import NO_TIME, Array, Bools, Codes, Counts, Floats, Times
from features.eventlog import EventRows
from features.tables.chunk import Column
from features.tables.duplicates import in_both, merge, repeats
from features.tables.events import Decoded
from features.tables.hashing import Hashes, hash_column
from features.tables.names import NameChanges
from features.tables.patterns import ANONYMOUS
from features.tables.reasons import Reason
from features.tables.rejects import ACCEPTED, REASONS, Rejects
from features.tables.statics import Statics
from features.tables.text import Text, compact, unified
from features.vocabulary import Vocabulary

TOGETHER = 1_000_000  # rows of a reading that a file of the ledger holds, at most
_TEXTS = ("stated", "product", "order", "name")
_ARRAYS: dict[str, type[np.generic]] = {
    "time": np.int64,
    "kind": np.uint8,
    "quantity": np.float32,
    "price": np.float32,
    "touch": np.uint8,
    "key": np.uint64,
    "own_key": np.bool_,
    "row": np.uint32,
}
_KEPT = {**_ARRAYS, "live": np.bool_}


@dataclass
class Tally:
    """What became of the rows that are not set aside."""

    read: int = 0
    accepted: int = 0
    later: int = 0  # from `until` on
    no_consent: int = 0
    erased: int = 0  # of customers who are to be forgotten
    linked: int = 0  # anonymous events given to a customer
    anonymous: int = 0  # events of those known by a device only
    merged: int = 0  # identical lines of an order
    in_both: int = 0  # events of the live store that the tables hold as well
    unmatched_refunds: int = 0
    dated: int = 0  # rows of the tables with a time before `until`, usable or not, but for those of the future
    latest: int = NO_TIME  # time of the last of them
    latest_live: int = NO_TIME  # and of the last such row of the live store


@dataclass
class Gathered:
    """Accepted rows, chunk by chunk."""

    statics: Statics = field(default_factory=Statics)
    tally: Tally = field(default_factory=Tally)
    currencies: frozenset[str] = frozenset()
    before: int = 0  # rows of earlier readings; they come first
    _texts: dict[str, list[Text]] = field(default_factory=lambda: {name: [] for name in _TEXTS})
    _arrays: dict[str, list[Array]] = field(default_factory=lambda: {name: [] for name in _KEPT})
    left_out: set[str] = field(default_factory=set)  # customers, and devices of customers, whose rows were left out
    _places: list[tuple[str, int]] = field(default_factory=list)  # file and accepted rows of each chunk

    def add(self, decoded: Decoded, place: str, *, live: bool = False) -> None:
        """Keep what a chunk of a table has of use, or one of the live store."""
        used = (decoded.reason == ACCEPTED) & ~decoded.later
        keep = used & ~decoded.denied & ~decoded.erased
        self.tally.read += len(keep)
        self.tally.later += int(decoded.later.sum())
        self.tally.no_consent += int((used & decoded.denied & ~decoded.erased).sum())
        self.left_out |= _left_out(decoded, used)
        self.tally.erased += int((used & decoded.erased).sum())
        self.tally.linked += int((keep & decoded.linked).sum())
        self.tally.anonymous += int((keep & decoded.anonymous).sum())
        self.currencies |= decoded.currencies
        self._count_dated(decoded, live=live)
        self._places.append((place, int(keep.sum())))
        for name, parts in self._texts.items():
            text: Text = getattr(decoded, name)
            parts.append(text.only(keep))
        for name, dtype in _ARRAYS.items():
            self._arrays[name].append(getattr(decoded, name)[keep].astype(dtype, copy=False))
        self._arrays["live"].append(np.full(int(keep.sum()), live))

    def put_before(self, rows: pa.Table, place: str) -> None:
        """Put the rows of an earlier reading, as `finish` gave them, before all others."""
        self._places.insert(0, (place, len(rows)))
        self.before += len(rows)
        for name, parts in self._texts.items():
            parts.insert(0, _text(rows.column(name).combine_chunks()))
        for name, arrays in self._arrays.items():
            arrays.insert(0, rows.column(name).to_numpy())

    def joined(self, name: str) -> Array:
        """One array of all rows."""
        return np.concatenate([np.zeros(0, _KEPT[name]), *self._arrays[name]])

    def __len__(self) -> int:
        return sum(count for _, count in self._places)

    def _count_dated(self, decoded: Decoded, *, live: bool) -> None:
        future = decoded.reason == REASONS.index(Reason.FUTURE)
        time = decoded.time[(decoded.time > 0) & ~decoded.later & ~future]
        latest = int(time.max(initial=NO_TIME))
        if live:
            self.tally.latest_live = max(self.tally.latest_live, latest)
        else:
            self.tally.dated += len(time)
            self.tally.latest = max(self.tally.latest, latest)

    def finish(self, rejects: Rejects, *, taken: Callable[[pa.Table], object] | None = None) -> "Events":
        """Join the chunks, merge repeated order lines and set duplicates aside.

        `taken` is called with the rows that a later reading has to begin with (`put_before`), some at a time.
        """
        rows = self._join()
        key, live, order = rows.arrays["key"], rows.arrays["live"], rows.texts["order"].code
        new = rows.place >= self.before
        twice = in_both(key, int(live.sum()))
        ordered = np.sort(key)
        found = repeats(key, ordered, time=rows.arrays["time"], leave=twice)
        lines = (order >= 0) & ~rows.arrays["own_key"]
        quantity = rows.arrays["quantity"].copy()
        merged, duplicate = merge(found, lines, quantity)
        self._set_aside(np.flatnonzero(duplicate), rows, rejects)
        of_use = new & ~duplicate & (lines | ~twice)  # lines that stand in both are counted again
        if taken is not None:
            at = np.flatnonzero(of_use)
            for start in range(0, len(at), TOGETHER):
                taken(rows.table(at[start : start + TOGETHER]))
        keep = ~(merged | duplicate | twice)
        self.tally.merged, self.tally.in_both = int(merged.sum()), int(twice.sum())
        self.tally.accepted = int(keep.sum())
        moved = np.isin(key[keep & new & ~live], key[live & ~new])  # into the tables; they are not new
        return Events(
            customer=self._settled(rows.texts["stated"]).only(keep),
            stated=rows.texts["stated"].only(keep),
            product=rows.texts["product"].only(keep),
            order=rows.texts["order"].only(keep),
            name=rows.texts["name"].only(keep),
            time=rows.arrays["time"][keep],
            kind=rows.arrays["kind"][keep],
            quantity=quantity[keep],
            price=rows.arrays["price"][keep],
            touch=rows.arrays["touch"][keep],
            keys=ordered,
            merged=self.tally.merged,
            fresh=int((keep & new).sum() - moved.sum()),
        )

    def _settled(self, stated: Text) -> Text:
        """Devices whose owner is known by now give their rows to the owner."""
        return stated.renamed(self.statics.settled(stated.texts))

    def _join(self) -> "_Rows":
        """All rows, those of the live store behind those of the tables, whichever reading they came with."""
        texts = {name: unified(self._texts.pop(name)) for name in _TEXTS}
        arrays = {name: self.joined(name) for name in _KEPT}
        self._arrays.clear()
        place = np.argsort(arrays["live"], kind="stable")
        if arrays["live"].any():
            texts = {name: replace(text, code=text.code[place]) for name, text in texts.items()}
            arrays = {name: values[place] for name, values in arrays.items()}
        return _Rows(texts, arrays, place)

    def _set_aside(self, at: Counts, rows: "_Rows", rejects: Rejects) -> None:
        ends = np.cumsum([count for _, count in self._places])
        chunk = np.searchsorted(ends, rows.place[at], side="right")
        for i in np.unique(chunk).tolist():
            some = at[chunk == i]
            reason = np.full(len(some), REASONS.index(Reason.DUPLICATE))
            row, values = rows.arrays["row"][some], rows.values(some)
            rejects.add("events", self._places[i][0], row=row, reason=reason, values=values)


@dataclass(frozen=True)
class _Rows:
    """N rows of all chunks."""

    texts: Mapping[str, Text]
    arrays: Mapping[str, Array]
    place: Counts  # (N,) where each was when the chunks were put together

    def table(self, at: Counts) -> pa.Table:
        """The rows at some positions, as `put_before` takes them."""
        texts = {name: _dictionary(text, at) for name, text in self.texts.items()}
        return pa.table({**texts, **{name: values[at] for name, values in self.arrays.items()}})

    def values(self, at: Counts) -> pa.Table:
        """Rows at some positions, under the canonical names."""
        texts = {"customer": self.texts["stated"], "product": self.texts["product"], "order": self.texts["order"]}
        numbers = {"timestamp": "time", "quantity": "quantity", "unit_price": "price"}
        return pa.table(
            {
                **{f"{name}_id": _taken(text, at) for name, text in texts.items()},
                **{name: pa.array(self.arrays[own][at]) for name, own in numbers.items()},
            }
        )


@dataclass(frozen=True)
class Events:
    """N accepted events, ready to be sorted."""

    customer: Text
    stated: Text  # the customer named in the row, else the device
    product: Text
    order: Text
    name: Text
    time: Times
    kind: Array
    quantity: Floats
    price: Floats
    touch: Array
    keys: Hashes  # ascending, of all rows, repeated ones too
    merged: int  # identical lines of an order
    fresh: int  # how many no earlier reading had

    @cached_property
    def numbered_orders(self) -> tuple[Codes, Hashes]:
        """(N,) dense numbers of the orders, -1 where there is none, whatever the order of the rows; and their hashes,
        ascending."""
        numbers = np.full(len(self.order.code), -1, np.int32)
        there = self.order.code >= 0
        hashes, numbers[there] = np.unique(hash_column(self.order.texts)[self.order.code[there]], return_inverse=True)
        return numbers, hashes

    def rows(self, customers: Column, products: Column) -> EventRows:
        """What the event log is built from, with the further ids that the static tables know."""
        customer_ids, customer = _compact(self.customer, customers)
        product_ids, product = _compact(self.product, products)
        return EventRows(
            customer_ids,
            product_ids,
            customer,
            product,
            self.time,
            self.kind,
            self.quantity,
            self.price,
            self.numbered_orders[0],
            self.touch,
        )

    def name_changes(self, products: Vocabulary) -> NameChanges:
        """When each product of the log got which name."""
        return NameChanges.of(products, self.product, self.name, self.time)


def _left_out(decoded: Decoded, used: Bools) -> set[str]:
    """Who did not consent, and whose device: owners of devices can turn out to be others."""
    itself = pc.starts_with(decoded.customer.texts, ANONYMOUS).to_numpy(zero_copy_only=False).astype(bool)
    theirs = used & decoded.erased & ~decoded.customer.where(itself)  # a device that is erased is nobody's
    erased = {text for text in _some(decoded.stated, theirs) if text.startswith(ANONYMOUS)}
    return {*_some(decoded.stated, used & decoded.denied & ~decoded.erased), *erased}


def _some(text: Text, rows: Bools) -> list[str]:
    found: list[str] = text.texts.take(pa.array(np.unique(text.code[rows]))).to_pylist()
    return found


def _taken(text: Text, at: Counts) -> Column:
    code = text.code[at]
    return text.texts.take(pa.array(code, mask=code < 0))


def _text(column: Column) -> Text:
    code = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return Text(code.astype(np.int32, copy=False), column.dictionary)


def _dictionary(text: Text, at: Counts) -> Column:
    code = text.code[at]
    return compact(pa.DictionaryArray.from_arrays(pa.array(code, mask=code < 0), text.texts))


def _compact(text: Text, further: Column) -> tuple[Column, Codes]:
    """The texts that are used and those further ones, each once, and the codes into them."""
    used: Bools = np.bincount(text.code[text.code >= 0], minlength=len(text.texts)) > 0
    number = np.append(np.cumsum(used, dtype=np.int32) - 1, np.int32(-1))
    ids = text.texts.filter(pa.array(used))
    others = further.filter(pc.invert(pc.is_in(further, ids)))
    return pa.chunked_array([ids, others], pa.string()).combine_chunks(), number[text.code]
