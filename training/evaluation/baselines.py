"""Baselines: reference lists by counting, against which every model is measured.

- `popular`: most purchase lines in the last 21 days
- `frequency`: the customer's own products by number of purchase lines
- `decay`: the customer's own products by the sum over purchase lines of exp(-age in days / 60)

Ties go to the product of more recent popularity, then to the lower index. Lists of own products are filled with popular
ones. Such counting is hard to beat on purchase logs (Ji et al. 2023; Li et al. 2023 for next baskets).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self, TypeAlias

import numpy as np

from features.arrays import DAY, Codes, Counts, Doubles, Floats, rows_of
from features.history import History
from training.absent import first_absent
from training.evaluation.lists import Mode, Rank
from training.evaluation.purchases import Purchases

POPULAR_DAYS = 21
DECAY_DAYS = 60

Weight: TypeAlias = Literal["none", "line", "decay"]


@dataclass(frozen=True)
class Baselines:
    """The counting baselines as of `time`."""

    purchases: History  # C customers
    products: int  # P seen before `time`
    time: int

    @classmethod
    def of(cls, history: History, products: int, time: int) -> Self:
        """From what was known just before `time`."""
        return cls(history.purchases, products, time)

    def ranks(self) -> dict[str, Rank]:
        """All of them by name."""
        return {"popular": self.popular, "frequency": self.frequency, "decay": self.decay}

    @cached_property
    def recent(self) -> Counts:
        """(P,) purchase lines of each product in the last 21 days."""
        recent = self.purchases.time >= self.time - POPULAR_DAYS * DAY
        return np.bincount(self.purchases.product[recent], minlength=self.products)

    @cached_property
    def order(self) -> Codes:
        """(P,) products from the most to the least popular."""
        return np.lexsort((np.arange(self.products), -self.recent)).astype(np.int32)

    def popular(self, customers: Codes, mode: Mode, k: int) -> tuple[Codes, Floats]:
        """Recent popularity, the same list for all where the mode allows."""
        return self._lists(customers, mode, k, weight="none")

    def frequency(self, customers: Codes, mode: Mode, k: int) -> tuple[Codes, Floats]:
        """The products the customer bought most often."""
        return self._lists(customers, mode, k, weight="line")

    def decay(self, customers: Codes, mode: Mode, k: int) -> tuple[Codes, Floats]:
        """The products the customer bought often and lately."""
        return self._lists(customers, mode, k, weight="decay")

    def _lists(self, customers: Codes, mode: Mode, k: int, *, weight: Weight) -> tuple[Codes, Floats]:
        own = self.purchases.take(customers)
        known = Purchases.of(own)
        if mode == "explore" or (mode == "all" and weight == "none"):
            hidden = known if mode == "explore" else Purchases.of(History.empty(len(customers)))
            lists = first_absent(self.order, hidden.offsets, hidden.product, k)
        else:
            lists = self._best(known, self._weights(own, known, weight), k)
            if mode == "all":
                lists = _filled(lists, first_absent(self.order, known.offsets, known.product, k))
        return lists, np.broadcast_to(-np.arange(k, dtype=np.float32), lists.shape)

    def _weights(self, own: History, known: Purchases, weight: Weight) -> Doubles:
        if weight == "none":
            return np.zeros(len(known.product))
        keys = rows_of(known.offsets).astype(np.int64) * self.products + known.product
        pair = np.searchsorted(keys, own.row.astype(np.int64) * self.products + own.product)
        age = (self.time - own.time) / DAY
        lines = np.exp(-age / DECAY_DAYS) if weight == "decay" else np.ones(len(age))
        return np.bincount(pair, lines, minlength=len(keys)).astype(np.float64)

    def _best(self, known: Purchases, weights: Doubles, k: int) -> Codes:
        row, product = rows_of(known.offsets), known.product
        by = np.lexsort((product, -self.recent[product], -weights, row))
        place = np.arange(len(by)) - known.offsets[row]
        lists = np.full((len(known), k), -1, np.int32)
        first = place < k
        lists[row[first], place[first]] = product[by][first]
        return lists


def _filled(lists: Codes, fill: Codes) -> Codes:
    """`lists` (R, k) with the padding replaced by the first of `fill` (R, k)."""
    own = (lists >= 0).sum(1, keepdims=True)
    column = np.arange(lists.shape[1]) - own
    return np.where(column < 0, lists, np.take_along_axis(fill, np.maximum(column, 0), axis=1))
