"""Visit: what customers did in the visit that is under way, and how a candidate stands to it."""

from dataclasses import dataclass

import numpy as np

from features import _kernels
from features.arrays import (
    Array,
    Bools,
    Codes,
    Counts,
    Doubles,
    Floats,
    Offsets,
    Times,
    among,
    lengths_of,
    offsets_of,
    rows_of,
)
from features.catalogue import Catalogue
from features.context import Context
from features.history import History
from features.kinds import Kind
from features.market import Market
from features.pairs import Pairs

IDLE = 1_800  # seconds without an event that end a visit, as web analytics count it
LOOKS = (Kind.VIEW, Kind.CLICK, Kind.WISHLIST)
TOUCHES = (*LOOKS, Kind.ADD_TO_CART, Kind.REMOVE_FROM_CART, Kind.PURCHASE)
_LOOKED, _TOUCHED = np.zeros(256, np.bool_), np.zeros(256, np.bool_)
_LOOKED[list(LOOKS)], _TOUCHED[list(TOUCHES)] = True, True
NAMES = (
    "looks",  # of the product in this visit
    "minutes_since_look",
    "taken_out",  # times it was taken out of the cart
    "category_share",  # of what was touched
    "department_share",
    "brand_share",
    "last_category",  # whether that of the product touched last is the same
    "price_ratio",  # log of the price over the mean of what was touched
    "touched",  # different products in the visit
    "minutes",  # since it began
    "seen_score",  # of the generators that know what is touched together
    "together_score",
    "base",  # the ranker's score, which knows the history
)


@dataclass(frozen=True)
class Visits:
    """The visits of R customers at one moment; row r owns `offsets[r]:offsets[r + 1]`, in the order of time."""

    offsets: Offsets  # (R + 1,)
    product: Codes
    kind: Array
    ago: Doubles  # minutes

    @classmethod
    def of(cls, history: History, context: Context) -> "Visits":
        """The last events of each customer that follow each other, and the moment, without a longer break; then what
        is in the cart and on the page and was not touched last."""
        time = context.time
        inside = np.flatnonzero(unbroken(history, time) & (history.product >= 0) & _TOUCHED[history.kind])
        ago = (time - history.time[inside]) / 60.0
        offsets = offsets_of(history.row[inside], len(history))
        visits = cls(offsets, history.product[inside], history.kind[inside], ago)
        return visits if len(context.basket) == 0 and (context.viewed < 0).all() else visits._with(context)

    def _with(self, context: Context) -> "Visits":
        row, rows = rows_of(self.offsets), len(context)
        touched = row.astype(np.int64) << 32 | self.product
        cart = rows_of(context.basket_offsets).astype(np.int64) << 32 | context.basket
        last = np.full(rows, -1, np.int32)
        last[self.under_way] = self.product[self.offsets[1:][self.under_way] - 1]
        viewing = np.flatnonzero((context.viewed >= 0) & (context.viewed != last))
        page = viewing << 32 | context.viewed[viewing]
        more = np.concatenate([cart[~among(cart, touched)], page])
        carted = len(more) - len(page)
        both = np.concatenate([row, (more >> 32).astype(np.int32)])
        by = np.argsort(both, kind="stable")
        kinds = np.repeat(np.array([Kind.ADD_TO_CART, Kind.VIEW], self.kind.dtype), [carted, len(page)])
        return Visits(
            offsets_of(both, rows),
            np.concatenate([self.product, (more & 0xFFFFFFFF).astype(np.int32)])[by],
            np.concatenate([self.kind, kinds])[by],
            np.concatenate([self.ago, np.zeros(len(more))])[by],
        )

    def of_row(self, row: int) -> "Visits":
        """One of them."""
        own = slice(int(self.offsets[row]), int(self.offsets[row + 1]))
        return Visits(self.offsets[row : row + 2] - own.start, self.product[own], self.kind[own], self.ago[own])

    @property
    def under_way(self) -> Codes:
        """The rows of those who are in a visit."""
        return np.flatnonzero(lengths_of(self.offsets)).astype(np.int32)


def unbroken(history: History, time: int) -> Bools:
    """(N,) whether no break lies between an event and the moment."""
    if not len(history.time):
        return np.zeros(0, np.bool_)
    following = np.empty_like(history.time)
    following[:-1] = history.time[1:]
    following[history.offsets[1:][lengths_of(history.offsets) > 0] - 1] = time
    before = np.zeros(len(following) + 1, np.int64)
    (following - history.time > IDLE).cumsum(out=before[1:])
    unbroken: Bools = before[history.offsets[1:]][history.row] == before[:-1]
    return unbroken


def visit_number(history: History) -> Counts:
    """(N,) the visit that each event belongs to, counted from 0 over all rows."""
    new = np.ones(len(history.time), np.bool_)
    new[1:] = np.diff(history.time) > IDLE
    new[history.offsets[:-1][lengths_of(history.offsets) > 0]] = True
    number: Counts = np.cumsum(new)
    number -= 1
    return number


def touched_together(history: History) -> tuple[Offsets, Codes, Times]:
    """V visits of two or more different products: where the products of each begin (V + 1,), these in ascending order,
    and (V,) the time of its first touch."""
    product, time, kind = map(np.ascontiguousarray, (history.product, history.time, history.kind))
    return _kernels.visits(history.offsets, product, time, kind, _TOUCHED, IDLE)


def visit_matrix(visits: Visits, catalogue: Catalogue, market: Market, pairs: Pairs, base: Doubles) -> Floats:
    """(M, F) `NAMES` of M pairs by row, NaN where something is not known; `base` (M,) is the ranker's score."""
    matrix = np.full((len(pairs), len(NAMES)), np.nan, np.float32)
    bounds = np.searchsorted(pairs.customer, np.arange(len(visits.offsets)))
    for row in visits.under_way.tolist():
        span = slice(int(bounds[row]), int(bounds[row + 1]))
        _fill(matrix[span], visits.of_row(row), pairs.product[span], catalogue, market)
    for column, generator in ((10, "seen"), (11, "together")):
        if generator in pairs.generators:
            matrix[:, column] = pairs.score[:, pairs.generators.index(generator)]
    matrix[:, 12] = base
    return matrix


def _fill(matrix: Floats, visit: Visits, product: Codes, catalogue: Catalogue, market: Market) -> None:
    """The columns that tell of one visit."""
    touched, kind = visit.product, visit.kind
    looked = _LOOKED[kind]
    same = product[:, None] == touched  # (m, n), some hundred by some ten
    matrix[:, 0] = (same & looked).sum(axis=1)
    matrix[:, 1] = np.where(same & looked, visit.ago, np.inf).min(axis=1)
    matrix[:, 2] = (same & (kind == Kind.REMOVE_FROM_CART)).sum(axis=1)
    for column, codes in ((3, catalogue.category), (4, catalogue.department), (5, catalogue.brand)):
        mine, theirs = codes[product], codes[touched]
        matrix[:, column] = ((mine[:, None] == theirs) & (theirs >= 0)).mean(axis=1)
    matrix[:, 6] = (catalogue.category[product] == catalogue.category[touched[-1]]) & (catalogue.category[product] >= 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = np.nanmean(np.log(market.price[touched])) if np.isfinite(market.price[touched]).any() else np.nan
        matrix[:, 7] = np.log(market.price[product]) - usual
    matrix[:, 8] = len(np.unique(touched))
    matrix[:, 9] = visit.ago[0]
    matrix[np.isinf(matrix)] = np.nan
