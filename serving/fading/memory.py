"""Memory: what customers were shown lately, and who was shown something so often that it fades.

One thread writes and another reads: a record is changed and read under a lock, and what is replaced is replaced in one
step.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from features.arrays import DAY, Counts, Doubles
from serving.fading.config import FadingConfig
from serving.fading.record import Record, views

_PRODUCTS = 2_000_000  # different ones; beyond, everything is forgotten


class Memory:
    """Of one worker. It tells the same whichever worker showed a list."""

    def __init__(self, config: FadingConfig) -> None:
        self._config = config
        self._records: dict[str, Record] = {}  # by customer, the one that changed last is the last
        self._codes: dict[str, int] = {}
        self._ids: list[str] = []
        self._changing = threading.Lock()
        self.marks: dict[str, int] = {}
        """By customer, for those to whom something may have faded: changes when it does, and is never 0."""

    def __len__(self) -> int:
        return len(self._records)

    @property
    def full(self) -> bool:
        """Whether there are more different products than a shop has: they must be forgotten, with all else."""
        return len(self._ids) > _PRODUCTS

    def clear(self) -> None:
        """Forget everything; the numbers of products hold no more."""
        self._records, self._codes, self._ids, self.marks = {}, {}, [], {}

    def codes(self, product_ids: Sequence[str]) -> tuple[int, ...]:
        """Numbers of products, for `shown`."""
        return tuple(map(self._code, product_ids))

    def knows(self, customer: str, list_key: int, time: int) -> bool:
        """Whether that list was the last one shown to a customer, in the same visit: then nothing is new."""
        record = self._records.get(customer)
        return (
            record is not None and record.last_list == list_key and 0 <= time - record.last_time < self._config.visit_s
        )

    def shown(self, customer: str, list_key: int, products: Sequence[int], time: int) -> None:
        """One answer; `list_key` tells its order of products from others."""
        with self._changing:
            record = self._records.pop(customer, None) or Record()
            self._records[customer] = record
            record.show(list_key, products, time, visit_s=self._config.visit_s, since=self._since(time))
        self._mark(customer, record)
        if len(self._records) > self._config.customers:
            oldest = next(iter(self._records))
            del self._records[oldest]
            self.marks.pop(oldest, None)

    def faded(self, customer: str, now: int, noticed: Callable[[str], int]) -> Mapping[str, float]:
        """What is taken off the scores of a customer's products; `noticed` says of one when they last took notice of
        it: what was shown before that does not count."""
        with self._changing:
            ids, record = self._ids, self._records.get(customer)
            entries = Record().array() if record is None else record.array()
        entries = entries[entries["time"] >= self._since(now)]
        for product in self._steps(*views(entries)):
            last = noticed(ids[product])
            entries = entries[(entries["product"] != product) | (entries["time"] > last)]
        steps = self._steps(*views(entries))
        return {ids[product]: count * self._config.step for product, count in steps.items()}

    def _mark(self, customer: str, record: Record) -> None:
        steps = self._steps(*views(record.array()))
        if steps:
            self.marks[customer] = hash(tuple(steps.items())) or 1
        else:
            self.marks.pop(customer, None)

    def _steps(self, products: Counts, seen: Doubles) -> dict[int, int]:
        """Steps down, of products with any."""
        steps = np.minimum(np.floor(seen / self._config.shown + 1e-9), self._config.steps).astype(np.int64)
        at = np.flatnonzero(steps)
        return dict(zip(products[at].tolist(), steps[at].tolist(), strict=True))

    def _since(self, now: int) -> int:
        return max(0, int(now - self._config.days * DAY))

    def _code(self, product_id: str) -> int:
        code = self._codes.get(product_id)
        if code is None:
            code = self._codes[product_id] = len(self._ids)
            self._ids.append(product_id)
        return code
