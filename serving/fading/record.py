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
    """Entries in the order of time: a product, and the best place at which one visit showed it."""

    entries: bytes = b""
    last_list: int = 0  # what was shown last, and when: the same again within a visit changes nothing
    last_time: int = 0

    def shown(self, products: Sequence[int], time: int, *, visit_s: int, since: int) -> None:
        """One list, its products by place; what was shown before `since` is forgotten."""
        before = self.array()
        before = before[before["time"] >= since]
        inside = before["time"] + visit_s > time
        now = np.zeros(len(products), ENTRY)
        now["time"], now["product"], now["place"] = time, products, np.arange(1, len(products) + 1)
        same = before["product"][:, None] == now["product"]  # (entries, products), some ten by ten
        same &= inside[:, None]
        entry, product = np.nonzero(same)
        before = before.copy()
        np.minimum.at(before["place"], entry, now["place"][product])
        self.entries = np.concatenate([before, now[~same.any(axis=0)]])[-MOST:].tobytes()

    def array(self) -> Array:
        """(N,) the entries."""
        return np.frombuffer(self.entries, ENTRY)


def views(entries: Array) -> tuple[Counts, Doubles]:
    """The products of some entries, ascending, and how much of them was seen: 1 for a visit with it at the first
    place."""
    products, which = np.unique(entries["product"].astype(np.int64), return_inverse=True)
    seen: Doubles = np.bincount(which, _WEIGHT[entries["place"]], len(products)).astype(np.float64)
    return products, seen
