"""Small histories written by hand: products are letters, days count from the epoch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import DAY, NO_TIME, Array, Codes, offsets_of
from features.catalogue import Catalogue
from features.context import Context
from features.history import History
from features.kinds import Kind
from features.market import Market
from features.matrix import feature_matrix
from features.pairs import Pairs
from features.profiles import Interests, Profiles
from features.tables.products import coded, words_of

PRODUCTS = "abcdef"
T = 400  # days: the moment that everything is as of
WEEK = 7
NAN = float("nan")


@dataclass(frozen=True)
class Event:
    product: str  # empty for none
    day: float
    quantity: float = 1.0
    price: float = NAN
    order: int = -1
    kind: Kind = Kind.PURCHASE


def product(letter: str) -> int:
    return PRODUCTS.index(letter) if letter else -1


def seconds(day: float) -> int:
    return round(day * DAY)


def history(*customers: Sequence[Event]) -> History:
    """One customer an argument, events in any order."""
    rows = [sorted(events, key=lambda e: e.day) for events in customers]
    flat = [event for events in rows for event in events]
    row = np.repeat(np.arange(len(rows)), [len(events) for events in rows])
    return History(
        offsets_of(row, len(rows)),
        np.array([product(e.product) for e in flat], np.int32),
        np.array([seconds(e.day) for e in flat], np.int64),
        np.array([int(e.kind) for e in flat], np.uint8),
        np.array([e.quantity for e in flat], np.float32),
        np.array([e.price for e in flat], np.float32),
        np.array([e.order for e in flat], np.int32),
    )


def catalogue(
    *, categories: Sequence[str] = (), brands: Sequence[str] = (), names: Sequence[str] = (), unavailable: str = ""
) -> Catalogue:
    """The six products; where nothing is said, nothing is known."""
    size = len(PRODUCTS)
    paths, labels, titles = ([*given, *[""] * (size - len(given))] for given in (categories, brands, names))
    category, category_names = coded(paths)
    department, department_names = coded([path.partition(" > ")[0] for path in paths])
    brand, brand_names = coded(labels)
    offsets, word = words_of(titles)
    unknown = np.full(size, np.nan, np.float32)
    return Catalogue(
        name=titles,
        category=category,
        department=department,
        brand=brand,
        price=unknown,
        cost=unknown,
        available=np.array([letter not in unavailable for letter in PRODUCTS]),
        created=np.full(size, NO_TIME),
        parent=np.arange(size, dtype=np.int32),
        word_offsets=offsets,
        word=word,
        category_names=category_names,
        department_names=department_names,
        brand_names=brand_names,
    )


def market(of: History, shop: Catalogue | None = None, *, horizon: int = 28) -> Market:
    return Market.measure(of, catalogue() if shop is None else shop, time=seconds(T), horizon=horizon)


def interests(*rows: Sequence[int]) -> Interests:
    """Codes of each customer."""
    owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return Interests(offsets_of(owner, len(rows)), np.array([code for row in rows for code in row], np.int32))


def in_hand(rows: Sequence[tuple[str, str]]) -> Context:
    """Of each customer: the products in the basket, and the one on the page."""
    owner = np.repeat(np.arange(len(rows)), [len(basket) for basket, _ in rows])
    basket = np.array([product(letter) for letters, _ in rows for letter in letters], np.int32)
    viewed = np.array([product(letter) for _, letter in rows], np.int32)
    return Context(seconds(T), offsets_of(owner, len(rows)), basket, viewed)


def values(
    name: str,
    of: History,
    pairs: Sequence[tuple[int, str]],
    *,
    shop: Catalogue | None = None,
    profiles: Profiles | None = None,
    context: Context | None = None,
    crowd: History | None = None,
) -> list[float]:
    """One feature of some (customer, product) pairs; the market is that of `crowd`, or of the customers themselves."""
    known = catalogue() if shop is None else shop
    matrix = feature_matrix(
        of,
        known,
        market(of if crowd is None else crowd, known),
        Pairs.of(*_codes(pairs)),
        seconds(T),
        profiles=profiles,
        context=context,
        names=[name],
    )
    return [float(value) for value in matrix[:, 0]]


def _codes(pairs: Sequence[tuple[int, str]]) -> tuple[Codes, Codes]:
    rows = np.array([row for row, _ in pairs], np.int32)
    return rows, np.array([product(letter) for _, letter in pairs], np.int32)


def bits(array: Array) -> Array:
    """Floats as their bits, so that NaN equals itself and nothing else is rounded away."""
    return np.ascontiguousarray(array).view(np.uint32)
