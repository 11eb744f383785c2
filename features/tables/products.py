"""Products: the catalogue from a products table, or from what the events tell."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from features.arrays import NO_TIME, Array, Codes, Floats, Offsets, Times
from features.catalogue import Catalogue
from features.category import department_of, path_of
from features.eventlog import EventLog
from features.kinds import Kind
from features.tables.names import NameChanges
from features.tables.static_rows import FALSE, StaticRows
from features.vocabulary import Vocabulary

_WORD = re.compile(r"[^\W_]{3,}")
_TEXTS = ("name", "category", "brand", "available", "parent_id")


def table_catalogue(products: Vocabulary, rows: StaticRows) -> Catalogue:
    """The catalogue of a products table, one row for each product of the log; empty where the table has none."""
    ids = products.ids()
    row = rows.positions(products)
    texts = {name: rows.taken(name, row).fill_null("").to_pylist() for name in _TEXTS}
    return _catalogue(
        names=texts["name"],
        paths=[path_of(text) for text in texts["category"]],
        brands=texts["brand"],
        parents=[text or own for text, own in zip(texts["parent_id"], ids, strict=True)],
        price=_floats(rows, "price", row),
        cost=_floats(rows, "cost", row),
        available=[text.lower() not in FALSE for text in texts["available"]],
        created=np.append(rows.created, NO_TIME)[row],
    )


def derived_catalogue(log: EventLog, changes: NameChanges, before: int) -> Catalogue:
    """What the events before a moment tell of the products: the latest name and the median price paid."""
    size = len(log.products)
    return _catalogue(
        names=changes.latest(size, before),
        paths=[""] * size,
        brands=[""] * size,
        parents=range(size),
        price=_median_prices(log, before),
        cost=np.full(size, np.nan, np.float32),
        available=[True] * size,
        created=np.full(size, NO_TIME),
    )


def _catalogue(
    *,
    names: list[str],
    paths: list[str],
    brands: list[str],
    parents: Iterable[object],
    price: Floats,
    cost: Floats,
    available: list[bool],
    created: Times,
) -> Catalogue:
    category, category_names = coded(paths)
    department, department_names = coded([department_of(path) for path in paths])
    brand, brand_names = coded(brands)
    offsets, word = words_of(names)
    parent: dict[object, int] = {}
    return Catalogue(
        name=names,
        category=category,
        department=department,
        brand=brand,
        price=price,
        cost=cost,
        available=np.array(available, bool),
        created=created,
        parent=np.array([parent.setdefault(p, len(parent)) for p in parents], np.int32),
        word_offsets=offsets,
        word=word,
        category_names=category_names,
        department_names=department_names,
        brand_names=brand_names,
    )


def coded(texts: Sequence[str]) -> tuple[Codes, list[str]]:
    """Codes by first appearance, -1 for empty texts, and the texts of the codes.

    Products come in the order in which they were first seen, so what is seen later never changes an earlier code.
    """
    number: dict[str, int] = {}
    codes = np.array([number.setdefault(t, len(number)) if t else -1 for t in texts], np.int32)
    return codes, list(number)


def words_of(names: Sequence[str]) -> tuple[Offsets, Codes]:
    """The distinct words of each name, CSR: lower case, three letters or more, not digits alone."""
    number: dict[str, int] = {}
    lists = [[number.setdefault(word, len(number)) for word in split_words(name)] for name in names]
    offsets = np.zeros(len(names) + 1, np.int64)
    np.cumsum([len(words) for words in lists], out=offsets[1:])
    return offsets, np.array([w for words in lists for w in words], np.int32)


@lru_cache(maxsize=200_000)  # catalogues as of several moments have nearly the same names
def split_words(name: str) -> tuple[str, ...]:
    """The distinct words of a name."""
    return tuple(dict.fromkeys(w for w in _WORD.findall(name.lower()) if not w.isdigit()))


def _floats(rows: StaticRows, name: str, row: Array) -> Floats:
    values = rows.numbers.get(name, np.full(len(rows.created), np.nan))
    return np.append(values, np.nan)[row].astype(np.float32)


def _median_prices(log: EventLog, before: int) -> Floats:
    """(P,) the lower median of the unit prices paid before a moment, NaN where none was."""
    paid = (log.kind == Kind.PURCHASE) & (log.time < before) & (log.price > 0) & (log.product >= 0)
    product, price = log.product[paid], log.price[paid]
    keys = np.sort(product.astype(np.int64) << 32 | price.view(np.int32))  # the bits of positive floats sort as they do
    counts = np.bincount(product, minlength=len(log.products))
    starts = np.cumsum(counts) - counts
    median = np.full(len(log.products), np.nan, np.float32)
    sold = counts > 0
    median[sold] = keys[(starts + (counts - 1) // 2)[sold]].astype(np.int32).view(np.float32)
    return median
