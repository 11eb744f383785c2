"""Gathering: the accepted rows of all chunks as one set of arrays, duplicates found across them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from features.arrays import Array, Bools, Codes, Counts, Floats, Times
from features.eventlog import EventRows
from features.tables.duplicates import in_both, merge, repeats
from features.tables.events import Decoded
from features.tables.hashing import hash_column
from features.tables.names import NameChanges
from features.tables.reasons import Reason
from features.tables.rejects import ACCEPTED, REASONS, Rejects
from features.tables.text import Text
from features.vocabulary import Vocabulary

_TEXTS = ("customer", "product", "order", "name")
_NARROW = {"quantity": np.float32, "price": np.float32, "row": np.uint32}
_ARRAYS = ("time", "kind", "quantity", "price", "key", "own_key", "row")


@dataclass
class Tally:
    """What became of the rows that are not set aside."""

    read: int = 0
    accepted: int = 0
    later: int = 0  # from `until` on
    no_consent: int = 0
    linked: int = 0  # anonymous events given to a customer
    anonymous: int = 0  # events of those known by a device only
    merged: int = 0  # identical lines of an order
    in_both: int = 0  # events of the live store that the tables hold as well
    unmatched_refunds: int = 0


@dataclass
class Gathered:
    """Accepted rows, chunk by chunk."""

    tally: Tally = field(default_factory=Tally)
    currencies: frozenset[str] = frozenset()
    _texts: dict[str, list[Text]] = field(default_factory=lambda: {name: [] for name in _TEXTS})
    _arrays: dict[str, list[Array]] = field(default_factory=lambda: {name: [] for name in _ARRAYS})
    _places: list[tuple[str, int]] = field(default_factory=list)  # file and accepted rows of each chunk
    _live: int = 0  # rows of the live store, which come last

    def add(self, decoded: Decoded, place: str, *, live: bool = False) -> None:
        """Keep what a chunk has of use; those of the live store come after all others."""
        used = (decoded.reason == ACCEPTED) & ~decoded.later
        keep = used & ~decoded.denied
        self.tally.read += len(keep)
        self.tally.later += int(decoded.later.sum())
        self.tally.no_consent += int((used & decoded.denied).sum())
        self.tally.linked += int((keep & decoded.linked).sum())
        self.tally.anonymous += int((keep & decoded.anonymous).sum())
        self.currencies |= decoded.currencies
        self._places.append((place, int(keep.sum())))
        self._live += int(keep.sum()) if live else 0
        for name, parts in self._texts.items():
            text: Text = getattr(decoded, name)
            parts.append(text.only(keep))
        for name, arrays in self._arrays.items():
            kept = getattr(decoded, name)[keep]
            arrays.append(kept.astype(_NARROW.get(name, kept.dtype), copy=False))

    def __len__(self) -> int:
        return sum(count for _, count in self._places)

    def finish(self, rejects: Rejects) -> "Events":
        """Join the chunks, merge repeated order lines and set duplicates aside."""
        texts = {name: _unify(self._texts.pop(name)) for name in _TEXTS}
        arrays = {name: np.concatenate(self._arrays.pop(name)) for name in _ARRAYS}
        codes = {name: text.code for name, text in texts.items()}
        twice = in_both(arrays["key"], self._live)
        found = repeats(arrays["key"], arrays["time"], twice)
        lines = (codes["order"] >= 0) & ~arrays["own_key"]
        merged, duplicate = merge(found, lines, arrays["quantity"])
        self._set_aside(np.flatnonzero(duplicate), texts, arrays, rejects)
        self.tally.merged, self.tally.in_both = int(merged.sum()), int(twice.sum())
        keep = ~(merged | duplicate | twice)
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


def _unify(parts: Sequence[Text]) -> Text:
    columns = [pa.DictionaryArray.from_arrays(pa.array(p.code, mask=p.code < 0), p.texts) for p in parts]
    unified = pa.chunked_array(columns).unify_dictionaries()
    code = [c.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32) for c in unified.chunks]
    return Text(np.concatenate(code), unified.chunk(0).dictionary)


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
