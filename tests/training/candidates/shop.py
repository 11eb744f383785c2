"""A small shop with a planted truth: customers keep to one department and buy its staples again; names tell it too."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from features.arrays import DAY, NO_TIME, Array, Codes
from features.catalogue import Catalogue
from features.context import Context
from features.eventlog import EventLog, EventRows
from features.kinds import Kind
from features.market import Market
from features.profiles import Attribute, Profiles
from training.candidates.base import Snapshot
from training.request import Request

CUSTOMERS, DEPARTMENTS, PER_DEPARTMENT = 90, 3, 20
PRODUCTS = DEPARTMENTS * PER_DEPARTMENT
DAYS, CUT = 100, 80
T = CUT * DAY  # days count from the epoch

COUNTRIES = ["FR", "TR", "UK"]


@dataclass(frozen=True)
class Shop:
    log: EventLog
    catalogue: Catalogue
    profiles: Profiles

    def snapshot(self, time: int = T) -> Snapshot:
        history = self.log.as_of(time)
        market = Market.measure(history, self.catalogue, time=time, horizon=14)
        return Snapshot(time, history, self.catalogue, market, self.profiles.take(np.arange(len(history))))

    def request(self, snapshot: Snapshot, rows: Array, context: Context | None = None) -> Request:
        context = context or Context.at(snapshot.time, len(rows))
        return Request(rows.astype(np.int32), snapshot.history.take(rows), self.profiles.take(rows), context)

    def product(self, id: str) -> int:
        return self.log.products.index(id)


@cache
def shop(future: int = 0) -> Shop:
    """The shop; what happens after the cut depends on `future`."""
    rows = _rows(np.random.default_rng(5), np.random.default_rng([6, future]))
    log = EventLog.build(rows)
    products = np.array([int(i[1:]) for i in log.products.ids()])
    customers = np.array([int(i[1:]) for i in log.customers.ids()])
    unknown = Profiles.unknown(len(customers))
    country = Attribute((customers % DEPARTMENTS).astype(np.int32), COUNTRIES)
    return Shop(log, _catalogue(products), replace(unknown, attributes={"country": country}))


def _rows(past: np.random.Generator, future: np.random.Generator) -> EventRows:
    """Every product is known to the shop; the last of each department is launched after the cut."""
    columns: list[tuple[int, int, int, int, int]] = []
    for customer in range(CUSTOMERS):
        for day in range(int(past.integers(0, 10)), DAYS, 10):
            random = past if day < CUT else future
            for product in _basket(random, customer, day):
                time = day * DAY + int(random.integers(0, 3600))
                columns.append((customer, product, time, int(Kind.PURCHASE), customer * DAYS + day))
            columns.append((customer, _basket(random, customer, day)[0], day * DAY, int(Kind.VIEW), -1))
    customer, product, time, kind, order = np.array(columns).T
    return EventRows(
        [f"c{i}" for i in range(CUSTOMERS)],
        [f"p{i}" for i in range(PRODUCTS)],
        customer.astype(np.int32),
        product.astype(np.int32),
        time,
        kind.astype(np.uint8),
        np.ones(len(time), np.float32),
        np.full(len(time), 2.5, np.float32),
        order.astype(np.int32),
    )


def _basket(random: np.random.Generator, customer: int, day: int) -> list[int]:
    """The customer's two staples in turn, and others of the department, the first ones more often."""
    department = customer % DEPARTMENTS
    staples = [customer // DEPARTMENTS % 6, customer // DEPARTMENTS % 7 + 6]
    others = (random.beta(1, 2, 3) * (PER_DEPARTMENT - (day < CUT))).astype(int)
    chosen = [staples[day // 10 % 2], *others.tolist()]
    return [department * PER_DEPARTMENT + i for i in dict.fromkeys(chosen)]


def _catalogue(products: Codes) -> Catalogue:
    """Category = department; four brands; a name of the department's word and one shared by pairs of neighbours."""
    department = (products // PER_DEPARTMENT).astype(np.int32)
    words = np.stack([department, DEPARTMENTS + products // 2], axis=1).astype(np.int32)
    size = len(products)
    launched = products % PER_DEPARTMENT == PER_DEPARTMENT - 1
    return Catalogue(
        name=[f"Product {i}" for i in products],
        category=department,
        department=department,
        brand=(products % 4).astype(np.int32),
        price=np.full(size, 2.5, np.float32),
        cost=np.full(size, np.nan, np.float32),
        available=np.ones(size, np.bool_),
        created=np.where(launched, (CUT + 1) * DAY, NO_TIME),
        parent=np.arange(size, dtype=np.int32),
        word_offsets=np.arange(0, 2 * size + 1, 2),
        word=words.ravel(),
        category_names=["A", "B", "C"],
        department_names=["A", "B", "C"],
        brand_names=["w", "x", "y", "z"],
    )
