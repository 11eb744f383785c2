"""Interactions without a time, `user item item ...` a line: reading them, and what generators learn and answer from."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.arrays import DAY, NO_TIME, Bools, Codes, Counts, offsets_of
from features.catalogue import Catalogue
from features.context import Context
from features.errors import DataError
from features.history import History
from features.kinds import Kind
from features.market import Market
from features.profiles import Profiles
from training.candidates.base import Snapshot
from training.candidates.scores import Baskets
from training.request import Request

NOON = 10_000 * DAY + DAY // 2
"""The moment of all interactions, any will do; the question comes a second later, when nothing has decayed."""


@dataclass(frozen=True)
class Split:
    """Which of P items each of U users has, to learn from and to be found."""

    train: Baskets
    test: Baskets
    items: int

    def snapshot(self) -> Snapshot:
        """The train part as purchases."""
        history, catalogue = _history(self.train), _catalogue(self.items)
        market = Market.measure(history, catalogue, time=NOON + 1, horizon=1)
        return Snapshot(NOON + 1, history, catalogue, market, Profiles.unknown(len(history)))

    def users(self) -> Codes:
        """Those who have something to be found."""
        return np.flatnonzero(np.diff(self.test.offsets)).astype(np.int32)

    def held_out(self, share: float, seed: int) -> "Split":
        """A split of the train part alone: `share` of each user's items, rounded down, are to be found."""
        lengths = np.diff(self.train.offsets)
        row = np.repeat(np.arange(len(lengths)), lengths)
        shuffled = np.lexsort((np.random.default_rng(seed).random(len(row)), row))
        place = np.empty(len(row), np.int64)
        place[shuffled] = np.arange(len(row)) - self.train.offsets[:-1][row]
        held = place < np.floor(share * lengths)[row]
        return Split(_part(self.train, row, ~held), _part(self.train, row, held), self.items)


def read(train: Path, test: Path) -> Split:
    """Read two files, plain or gzipped; items of the test file that its user has in the train file are not tested."""
    users: dict[str, int] = {}
    items: dict[str, int] = {}
    known = _numbered(_lines(train), users, items)
    truth = _numbered(_lines(test), users, items)
    pairs = np.setdiff1d(_keys(truth), _keys(known))
    return Split(_baskets(_keys(known), len(users)), _baskets(pairs, len(users)), len(items))


def request(snapshot: Snapshot, users: Codes) -> Request:
    """Some users, with nothing but their train items."""
    context = Context.at(snapshot.time, len(users))
    return Request(users, snapshot.history.take(users), snapshot.profiles.take(users), context)


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
            yield from (line.split() for line in file if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}); give a text file of 'user item item ...' lines") from error


def _numbered(lines: Iterable[list[str]], users: dict[str, int], items: dict[str, int]) -> tuple[list[int], list[int]]:
    rows: list[int] = []
    columns: list[int] = []
    for user, *theirs in lines:
        rows += [users.setdefault(user, len(users))] * len(theirs)
        columns += [items.setdefault(item, len(items)) for item in theirs]
    return rows, columns


def _keys(pairs: tuple[list[int], list[int]]) -> Counts:
    rows, columns = (np.array(part, np.int64) for part in pairs)
    return np.unique(rows << 32 | columns)


def _baskets(keys: Counts, users: int) -> Baskets:
    return Baskets(offsets_of(keys >> 32, users), (keys & 0xFFFFFFFF).astype(np.int32))


def _part(baskets: Baskets, row: Counts, keep: Bools) -> Baskets:
    return Baskets(offsets_of(row[keep], len(baskets.offsets) - 1), baskets.product[keep])


def _history(baskets: Baskets) -> History:
    size = len(baskets.product)
    return History(
        baskets.offsets,
        baskets.product,
        np.full(size, NOON),
        np.full(size, int(Kind.PURCHASE), np.uint8),
        np.ones(size, np.float32),
        np.full(size, np.nan, np.float32),
        np.full(size, -1, np.int32),
    )


def _catalogue(items: int) -> Catalogue:
    """Items of which nothing is known."""
    none, unknown = np.full(items, -1, np.int32), np.full(items, np.nan, np.float32)
    return Catalogue(
        name=[""] * items,
        category=none,
        department=none,
        brand=none,
        price=unknown,
        cost=unknown,
        available=np.ones(items, np.bool_),
        created=np.full(items, NO_TIME),
        parent=np.arange(items, dtype=np.int32),
        word_offsets=np.zeros(items + 1, np.int64),
        word=np.zeros(0, np.int32),
        category_names=[],
        department_names=[],
        brand_names=[],
    )
