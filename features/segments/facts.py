"""Facts: named figures of customers, each one small function; what segments and expressions are made of."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from features.arrays import DAY, Array, Doubles, lengths_of, zeroed
from features.consent.purposes import Purpose
from features.kinds import Kind
from features.segments.customers import Customers, ratio
from features.segments.foretold import FORETOLD
from features.touch import CHANNELS, DEVICES
from features.visit import visit_number

T = TypeVar("T")

YEAR = 365  # days


@dataclass(frozen=True)
class Fact:
    """One figure of a customer."""

    name: str
    unit: str
    about: str
    compute: Callable[[Customers], Array]  # -> (R,), NaN where it is not known


FACTS: dict[str, Fact] = {}


def fact(unit: str) -> Callable[[Callable[[Customers], Array]], Callable[[Customers], Array]]:
    """Register a function of `Customers`; its name is the fact's, its docstring says what it is."""

    def register(compute: Callable[[Customers], Array]) -> Callable[[Customers], Array]:
        FACTS[compute.__name__] = Fact(compute.__name__, unit, inspect.getdoc(compute) or "", compute)
        return compute

    return register


class Known:
    """The facts of some customers, each worked out when it is first asked for."""

    def __init__(self, customers: Customers) -> None:
        self.customers = customers
        self._held: dict[str, Doubles] = {}
        self._worked_out: dict[tuple[int, str], tuple[object, Any]] = {}

    def __len__(self) -> int:
        return len(self.customers)

    def __contains__(self, name: str) -> bool:
        return name in FACTS or name in self.customers.given or name in FORETOLD

    def __getitem__(self, name: str) -> Doubles:
        """(R,) a fact, or what a model gave under that name, NaN where none gave it; KeyError for any other name."""
        held = self._held.get(name)
        if held is None:
            held = self._held[name] = np.asarray(self._found(name), np.float64)
        return held

    def once(self, of: object, what: str, work_out: Callable[[], T]) -> T:
        """What is asked for several times, worked out the first time; `of` is what it depends on beside the customers,
        and is held, so that no other takes its place."""
        key = id(of), what
        if key not in self._worked_out:
            self._worked_out[key] = of, work_out()
        found: T = self._worked_out[key][1]
        return found

    def _found(self, name: str) -> Array:
        given = self.customers.given
        if name in given:
            return given[name]
        return np.full(len(self), np.nan) if name in FORETOLD else FACTS[name].compute(self.customers)


@fact("orders")
def orders(customers: Customers) -> Array:
    """Orders placed."""
    return np.bincount(customers.orders.row, minlength=len(customers))


@fact("orders")
def orders_90(customers: Customers) -> Array:
    """Orders in the last 90 days."""
    own = customers.orders
    return np.bincount(own.row, own.time >= customers.time - 90 * DAY, len(customers))


@fact("orders")
def orders_365(customers: Customers) -> Array:
    """Orders in the last 365 days."""
    own = customers.orders
    return np.bincount(own.row, own.time >= customers.time - YEAR * DAY, len(customers))


@fact("days")
def recency(customers: Customers) -> Array:
    """Days since the last order."""
    bought = customers.bought
    return customers.days_since(_edge(bought.offsets, bought.time, last=True))


@fact("days")
def tenure(customers: Customers) -> Array:
    """Days since the first order."""
    bought = customers.bought
    return customers.days_since(_edge(bought.offsets, bought.time, last=False))


@fact("days")
def last_seen(customers: Customers) -> Array:
    """Days since anything was heard of the customer."""
    history = customers.history
    return customers.days_since(_edge(history.offsets, history.time, last=True))


@fact("days")
def gap(customers: Customers) -> Array:
    """Mean days between two orders, not known with fewer than two."""
    own = customers.orders
    days, count = _gaps(customers)
    return ratio(np.bincount(own.row, days, len(customers)), count)


@fact("ratio")
def gap_variation(customers: Customers) -> Array:
    """Standard deviation of the days between orders over their mean, not known with fewer than three."""
    own = customers.orders
    days, count = _gaps(customers)
    mean = ratio(np.bincount(own.row, days, len(customers)), count)
    square = ratio(np.bincount(own.row, days * days, len(customers)), count)
    spread = np.sqrt(np.maximum(square - mean * mean, 0.0))
    return np.where((count > 1) & (mean > 0), spread / np.where(mean > 0, mean, 1.0), np.nan)


@fact("currency")
def spend(customers: Customers) -> Array:
    """Spent in all, less what was given back."""
    return customers.total(customers.spent, customers.bought)


@fact("currency")
def spend_90(customers: Customers) -> Array:
    """Spent in the last 90 days."""
    return _spent_within(customers, 90)


@fact("currency")
def spend_365(customers: Customers) -> Array:
    """Spent in the last 365 days."""
    return _spent_within(customers, YEAR)


@fact("currency")
def average_order(customers: Customers) -> Array:
    """Spent in an order, on average."""
    return ratio(spend(customers), orders(customers).astype(np.float64))


@fact("currency")
def unit_price(customers: Customers) -> Array:
    """Price of what is bought, the mean over purchase lines."""
    priced = customers.bought.price > 0
    prices = np.where(priced, customers.bought.price.astype(np.float64), 0.0)
    return ratio(customers.total(prices, customers.bought), customers.total(priced, customers.bought))


@fact("products")
def basket(customers: Customers) -> Array:
    """Different products in an order, on average."""
    pairs = customers.pairs
    lines = np.bincount(pairs.keys // pairs.things, pairs.count, len(customers))
    return ratio(lines, orders(customers).astype(np.float64))


@fact("units")
def units(customers: Customers) -> Array:
    """Units in a purchase line, on average."""
    return ratio(customers.total(customers.bought.quantity, customers.bought), customers.count(customers.bought))


@fact("products")
def products(customers: Customers) -> Array:
    """Different products bought."""
    pairs = customers.pairs
    return np.bincount(pairs.keys // pairs.things, minlength=len(customers))


@fact("share")
def repeat_share(customers: Customers) -> Array:
    """Share of what is bought that was bought before."""
    pairs = customers.pairs
    lines = np.bincount(pairs.keys // pairs.things, pairs.count, len(customers)).astype(np.float64)
    return 1.0 - ratio(products(customers).astype(np.float64), lines)


@fact("departments")
def departments(customers: Customers) -> Array:
    """Different departments bought from."""
    code = customers.catalogue.department[customers.bought.product]
    keys = np.unique((customers.bought.row.astype(np.int64) << 32 | code)[code >= 0])
    return np.bincount(keys >> 32, minlength=len(customers))


@fact("visits")
def visits_28(customers: Customers) -> Array:
    """Visits in the last 28 days; half an hour without an event ends one."""
    recent = customers.touches.only(customers.touches.time >= customers.time - 28 * DAY)
    number = visit_number(recent)
    begins = np.append(True, number[1:] != number[:-1])[: len(number)]
    return customers.total(begins, recent)


@fact("views")
def views_28(customers: Customers) -> Array:
    """Products looked at in the last 28 days."""
    return customers.count(customers.history.of_kinds(Kind.VIEW, Kind.CLICK), days=28)


@fact("carts")
def carts_28(customers: Customers) -> Array:
    """Products put in the cart in the last 28 days."""
    return customers.count(customers.history.of_kinds(Kind.ADD_TO_CART), days=28)


@fact("searches")
def searches_28(customers: Customers) -> Array:
    """Searches in the last 28 days."""
    return customers.count(customers.history.of_kinds(Kind.SEARCH), days=28)


@fact("share")
def opened_share(customers: Customers) -> Array:
    """Share of the messages sent that were opened."""
    sent = customers.count(customers.history.of_kinds(Kind.MESSAGE_SENT))
    return np.minimum(ratio(customers.count(customers.history.of_kinds(Kind.MESSAGE_OPENED)), sent), 1.0)


@fact("share")
def weekend_share(customers: Customers) -> Array:
    """Share of the orders placed on Saturday or Sunday, UTC."""
    own = customers.orders
    late = (own.time // DAY + 3) % 7 >= 5
    return ratio(np.bincount(own.row, late, len(customers)).astype(np.float64), orders(customers).astype(np.float64))


@fact("share")
def evening_share(customers: Customers) -> Array:
    """Share of the orders placed from 18 to 24 o'clock, UTC."""
    own = customers.orders
    late = own.time % DAY >= 18 * 3600
    return ratio(np.bincount(own.row, late, len(customers)).astype(np.float64), orders(customers).astype(np.float64))


@fact("interests")
def interests(customers: Customers) -> Array:
    """Interests declared: categories, departments and brands."""
    told = customers.profiles
    parts = (told.departments, told.categories, told.brands)
    count: Array = np.sum([lengths_of(part.offsets) for part in parts], axis=0)
    return count


@fact("0 or 1")
def may_personalise(customers: Customers) -> Array:
    """Whether the customer consents to personalisation."""
    return _consents(customers, Purpose.PERSONALISATION)


@fact("0 or 1")
def may_analyse(customers: Customers) -> Array:
    """Whether the customer consents to analytics."""
    return _consents(customers, Purpose.ANALYTICS)


@fact("0 or 1")
def may_message(customers: Customers) -> Array:
    """Whether the customer consents to messages."""
    return _consents(customers, Purpose.MESSAGING)


def _consents(customers: Customers, purpose: Purpose) -> Array:
    return np.asarray((customers.profiles.consent & purpose) > 0)


def _shares() -> None:
    """`web_share`, `mobile_share` ...: how customers come."""
    for names, way, what in ((CHANNELS, "channels", "by {}"), (DEVICES, "devices", "on a device of kind {}")):
        for code, name in enumerate(names):
            if name and name != "other":
                about = f"Share of what the customer did {what.format(name)}."
                FACTS[f"{name}_share"] = Fact(f"{name}_share", "share", about, _share(way, code))


def _share(way: str, code: int) -> Callable[[Customers], Array]:
    return lambda customers: np.asarray(getattr(customers, way)[:, code])


_shares()


def _edge(offsets: Array, times: Array, *, last: bool) -> Doubles:
    """(R,) the first or last time of each row, NaN where there is none."""
    there = lengths_of(offsets) > 0
    found = np.full(len(there), np.nan)
    found[there] = times[(offsets[1:] - 1 if last else offsets[:-1])[there]]
    return found


def _gaps(customers: Customers) -> tuple[Doubles, Doubles]:
    """(O,) days before each order, 0 before the first; and (R,) how many gaps there are."""
    own = customers.orders
    count = np.maximum(np.bincount(own.row, minlength=len(customers)) - 1, 0).astype(np.float64)
    return zeroed(own.gap), count


def _spent_within(customers: Customers, days: int) -> Array:
    recent = customers.bought.time >= customers.time - days * DAY
    return customers.total(customers.spent * recent, customers.bought)
