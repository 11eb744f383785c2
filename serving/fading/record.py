"""Record: what one customer was shown, small enough to keep for many."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Array, Counts, Doubles

PLACES = 12  # of a list that are looked at
MOST = 600  # entries of a customer, the newest
ENTRY = np.dtype([("time", "<u4"), ("product", "<u4"), ("place", "u1")])  # place from 1
_WEIGHT = 1.0 / np.log2(1.0 + np.maximum(np.arange(PLACES + 1), 1))  # of each place; jarvelin2002cumulated


@dataclass(slots=True)
class Record:
    """What was shown, in the order of time: a product, and the best place at which one visit showed it.

    Most people are shown one list: of them it is the products of that list, which all who saw it share.
    """

    shown_once: Sequence[int] = ()
    entries: bytes = b""
    last_list: int = 0  # what was shown last, and when: the same again within a visit changes nothing
    last_time: int = -1

    def show(self, list_key: int, products: Sequence[int], time: int, *, visit_s: int, since: int) -> None:
        """One list, its products by place; what was shown before `since` is forgotten."""
        if self.last_time < 0:
            self.shown_once = products
        else:
            self.entries = self._with(products, time, visit_s=visit_s, since=since).tobytes()
            self.shown_once = ()
        self.last_list, self.last_time = list_key, time

    def array(self) -> Array:
        """(N,) the entries."""
        return _entries(self.shown_once, self.last_time) if self.shown_once else np.frombuffer(self.entries, ENTRY)

    def _with(self, products: Sequence[int], time: int, *, visit_s: int, since: int) -> Array:
        before = self.array()
        before = before[before["time"] >= since]
        inside = before["time"] + visit_s > time
        now = _entries(products, time)
        same = before["product"][:, None] == now["product"]  # (entries, products), some ten by ten
        same &= inside[:, None]
        entry, product = np.nonzero(same)
        before = before.copy()
        np.minimum.at(before["place"], entry, now["place"][product])
        return np.concatenate([before, now[~same.any(axis=0)]])[-MOST:]


def _entries(products: Sequence[int], time: int) -> Array:
    """(N,) of one list."""
    now = np.zeros(len(products), ENTRY)
    now["time"], now["product"], now["place"] = time, products, np.arange(1, len(products) + 1)
    return now


def views(entries: Array) -> tuple[Counts, Doubles]:
    """The products of some entries, ascending, and how much of them was seen: 1 for a visit with it at the first
    place."""
    products, which = np.unique(entries["product"].astype(np.int64), return_inverse=True)
    seen: Doubles = np.bincount(which, _WEIGHT[entries["place"]], len(products)).astype(np.float64)
    return products, seen
