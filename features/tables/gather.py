"""Gathering: the accepted rows of all chunks as one set of arrays, duplicates found across them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from features.arrays import NO_TIME, Array, Bools, Codes, Counts, Floats, Times
from features.eventlog import EventRows
from features.tables.duplicates import merge, repeats
from features.tables.events import Decoded
from features.tables.hashing import Hashes, combine, hash_column
from features.tables.names import NameChanges
from features.tables.reasons import Reason
from features.tables.rejects import ACCEPTED, REASONS, Rejects
from features.tables.statics import Statics
from features.tables.text import Text
from features.vocabulary import Vocabulary

_TEXTS = ("customer", "product", "order", "name")
_NARROW = {"quantity": np.float32, "price": np.float32, "row": np.uint32}
_ARRAYS = ("time", "kind", "quantity", "price", "event", "identity", "row")


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
    unmatched_refunds: int = 0
    dated: int = 0  # rows with a time before `until`, usable or not, but for those of the future
    latest: int = NO_TIME  # time of the last of them


@dataclass
class Gathered:
    """Accepted rows, chunk by chunk."""

    tally: Tally = field(default_factory=Tally)
    currencies: frozenset[str] = frozenset()
    before: int = 0  # rows of earlier readings; they come first
    _texts: dict[str, list[Text]] = field(default_factory=lambda: {name: [] for name in _TEXTS})
    _arrays: dict[str, list[Array]] = field(default_factory=lambda: {name: [] for name in _ARRAYS})
    denied: set[str] = field(default_factory=set)  # customers whose rows were left out
    _places: list[tuple[str, int]] = field(default_factory=list)  # file and accepted rows of each chunk

    def add(self, decoded: Decoded, place: str) -> None:
        """Keep what a chunk has of use."""
        used = (decoded.reason == ACCEPTED) & ~decoded.later
        keep = used & ~decoded.denied & ~decoded.erased
        self.tally.read += len(keep)
        self.tally.later += int(decoded.later.sum())
        self.tally.no_consent += int((used & decoded.denied & ~decoded.erased).sum())
        at = np.unique(decoded.customer.code[used & decoded.denied & ~decoded.erased])
        self.denied |= set(decoded.customer.texts.take(pa.array(at)).to_pylist())
        self.tally.erased += int((used & decoded.erased).sum())
        self.tally.linked += int((keep & decoded.linked).sum())
        self.tally.anonymous += int((keep & decoded.anonymous).sum())
        self.currencies |= decoded.currencies
        self._count_dated(decoded)
        self._places.append((place, int(keep.sum())))
        for name, parts in self._texts.items():
            text: Text = getattr(decoded, name)
            parts.append(text.only(keep))
        for name, arrays in self._arrays.items():
            kept = getattr(decoded, name)[keep]
            arrays.append(kept.astype(_NARROW.get(name, kept.dtype), copy=False))

    def add_before(self, rows: pa.Table, place: str, statics: Statics) -> None:
        """Keep rows that an earlier reading accepted, as `Events.table` gave them; devices whose owner is known by now
        give theirs to the owner."""
        texts = {name: _text(rows.column(name).combine_chunks()) for name in self._texts}
        texts["customer"] = texts["customer"].renamed(statics.settled(texts["customer"].texts))
        self._places.append((place, len(rows)))
        self.before += len(rows)
        for name, parts in self._texts.items():
            parts.append(texts[name])
        for name, arrays in self._arrays.items():
            arrays.append(rows.column(name).to_numpy())

    def __len__(self) -> int:
        return sum(count for _, count in self._places)

    def _count_dated(self, decoded: Decoded) -> None:
        future = decoded.reason == REASONS.index(Reason.FUTURE)
        time = decoded.time[(decoded.time > 0) & ~decoded.later & ~future]
        self.tally.dated += len(time)
        self.tally.latest = max(self.tally.latest, int(time.max(initial=NO_TIME)))

    def finish(self, rejects: Rejects) -> "Events":
        """Join the chunks, merge repeated order lines and set duplicates aside."""
        texts = {name: _unify(self._texts.pop(name)) for name in _TEXTS}
        arrays = {name: np.concatenate(self._arrays.pop(name)) for name in _ARRAYS}
        codes = {name: text.code for name, text in texts.items()}
        key = _keys(codes, arrays)
        key[: self.before] = arrays["identity"][: self.before]  # as they were before lines were merged into them
        found = repeats(key, arrays["time"])
        lines = (codes["order"] >= 0) & (arrays["event"] == 0)
        merged, duplicate = merge(found, lines, arrays["quantity"])
        self._set_aside(np.flatnonzero(duplicate), texts, arrays, rejects)
        self.tally.merged = int(merged.sum())
        keep = ~(merged | duplicate)
        self.tally.accepted = int(keep.sum())
        return Events(
            customer=texts["customer"].only(keep),
            product=texts["product"].only(keep),
            order=texts["order"].only(keep),
            name=texts["name"].only(keep),
            time=arrays["time"][keep],
            kind=arrays["kind"][keep],
            quantity=arrays["quantity"][keep],
            price=arrays["price"][keep],
            event=arrays["event"][keep],
            identity=key[keep],
            row=arrays["row"][keep],
            before=int(keep[: self.before].sum()),
        )

    def _set_aside(self, at: Counts, texts: dict[str, Text], arrays: dict[str, Array], rejects: Rejects) -> None:
        ends = np.cumsum([count for _, count in self._places])
        chunk = np.searchsorted(ends, at, side="right")
        for i in np.unique(chunk).tolist():
            rows = at[chunk == i]
            reason = np.full(len(rows), REASONS.index(Reason.DUPLICATE))
            values = _values(rows, texts, arrays)
            rejects.add("events", self._places[i][0], row=arrays["row"][rows], reason=reason, values=values)


@dataclass(frozen=True)
class Events:
    """N accepted events, ready to be sorted."""

    customer: Text
    product: Text
    order: Text
    name: Text
    time: Times
    kind: Array
    quantity: Floats
    price: Floats
    event: Hashes  # of the event_id, 0 where there is none
    identity: Hashes  # equal for equal rows
    row: Counts  # in its file
    before: int  # the first so many are of earlier readings

    @property
    def fresh(self) -> int:
        """How many are of this reading."""
        return len(self.time) - self.before

    def table(self) -> pa.Table:
        """The events of this reading, so that a later one can begin with them."""
        fresh = slice(self.before, None)
        texts = {name: _dictionary(getattr(self, name), fresh) for name in _TEXTS}
        return pa.table({**texts, **{name: getattr(self, name)[fresh] for name in _ARRAYS}})

    def rows(self, customers: Sequence[str], products: Sequence[str]) -> EventRows:
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
            _numbered(self.order),
        )

    def name_changes(self, products: Vocabulary) -> NameChanges:
        """When each product of the log got which name."""
        return NameChanges.of(products, self.product, self.name, self.time)


def _text(column: Any) -> Text:
    code = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return Text(code.astype(np.int32, copy=False), column.dictionary)


def _dictionary(text: Text, rows: slice) -> pa.DictionaryArray:
    code = text.code[rows]
    used, code_used = np.unique(code[code >= 0], return_inverse=True)
    number = np.full(len(code), -1, np.int32)
    number[code >= 0] = code_used
    return pa.DictionaryArray.from_arrays(pa.array(number, mask=number < 0), text.texts.take(pa.array(used)))


def _unify(parts: Sequence[Text]) -> Text:
    columns = [pa.DictionaryArray.from_arrays(pa.array(p.code, mask=p.code < 0), p.texts) for p in parts]
    unified = pa.chunked_array(columns).unify_dictionaries()
    code = [c.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32) for c in unified.chunks]
    return Text(np.concatenate(code), unified.chunk(0).dictionary)


def _keys(codes: dict[str, Codes], arrays: dict[str, Array]) -> Hashes:
    """(N,) equal for the same event_id, or without one for the same row."""
    event: Hashes = arrays["event"]
    if event.all():
        return event.copy()
    key: Hashes = arrays["identity"]
    for values in (*codes.values(), arrays["time"], arrays["kind"]):
        key = combine(key, values)
    for numbers in (arrays["quantity"], arrays["price"]):
        key = combine(key, np.nan_to_num(numbers, nan=-1.0))
    return np.where(event == 0, key, event)


def _values(rows: Counts, texts: dict[str, Text], arrays: dict[str, Array]) -> pa.Table:
    def text(name: str) -> Any:
        code = texts[name].code[rows]
        return texts[name].texts.take(pa.array(code, mask=code < 0))

    return pa.table(
        {
            "customer_id": text("customer"),
            "product_id": text("product"),
            "order_id": text("order"),
            "timestamp": pa.array(arrays["time"][rows]),
            "quantity": pa.array(arrays["quantity"][rows]),
            "unit_price": pa.array(arrays["price"][rows]),
        }
    )


def _numbered(text: Text) -> Codes:
    """Dense numbers of the texts, whatever the order of the rows; -1 where there is none."""
    numbers = np.full(len(text.code), -1, np.int32)
    there = text.code >= 0
    numbers[there] = np.unique(hash_column(text.texts)[text.code[there]], return_inverse=True)[1]
    return numbers


def _compact(text: Text, further: Sequence[str]) -> tuple[list[str], Codes]:
    """The texts that are used and those further ones, each once, and the codes into them."""
    used: Bools = np.bincount(text.code[text.code >= 0], minlength=len(text.texts)) > 0
    number = np.append(np.cumsum(used, dtype=np.int32) - 1, np.int32(-1))
    ids: list[str] = text.texts.filter(pa.array(used)).to_pylist()
    known = set(ids)
    return ids + [i for i in further if i not in known], number[text.code]
