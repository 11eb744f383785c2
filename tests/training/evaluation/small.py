"""Small logs written by hand: one line an event."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import DAY, NO_TIME, Codes
from features.catalogue import Catalogue
from features.eventlog import EventLog, EventRows
from features.kinds import Kind
from training.evaluation.purchases import Purchases


@dataclass(frozen=True)
class Line:
    customer: str
    product: str
    day: float
    quantity: float = 1.0
    price: float = 1.0
    order: int = -1
    kind: Kind = Kind.PURCHASE


def log_of(*lines: Line) -> EventLog:
    """An event log; days count from the epoch."""
    customers, products = (list(dict.fromkeys(getattr(x, n) for x in lines)) for n in ("customer", "product"))
    return EventLog.build(
        EventRows(
            customers,
            products,
            np.array([customers.index(x.customer) for x in lines], np.int32),
            np.array([products.index(x.product) for x in lines], np.int32),
            np.array([round(x.day * DAY) for x in lines], np.int64),
            np.array([int(x.kind) for x in lines], np.uint8),
            np.array([x.quantity for x in lines], np.float32),
            np.array([x.price for x in lines], np.float32),
            np.array([x.order for x in lines], np.int32),
        )
    )


def names(log: EventLog, products: Codes) -> list[list[str]]:
    """Lists of product ids, without padding."""
    return [[log.products.id(p) for p in row if p >= 0] for row in products.tolist()]


def purchases_of(*rows: Sequence[int], revenue: float = 1.0) -> Purchases:
    """What each customer bought, the same revenue a product."""
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    product = np.array([p for row in rows for p in sorted(row)], np.int32)
    return Purchases(offsets, product, np.full(len(product), revenue))


def catalogue(category: list[int]) -> Catalogue:
    """Products of whom the category alone is known."""
    size = len(category)
    code, unknown = np.array(category, np.int32), np.full(size, np.nan, np.float32)
    none = np.full(size, -1, np.int32)
    return Catalogue(
        name=[""] * size,
        category=code,
        department=code,
        brand=none,
        price=unknown,
        cost=unknown,
        available=np.ones(size, bool),
        created=np.full(size, NO_TIME),
        parent=np.arange(size, dtype=np.int32),
        word_offsets=np.zeros(size + 1, np.int64),
        word=np.zeros(0, np.int32),
        category_names=["one", "two"],
        department_names=["one", "two"],
        brand_names=[],
    )
