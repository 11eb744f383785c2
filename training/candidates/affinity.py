"""Affinity: how much each customer likes each department, category or brand, from all that is known of them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from features.arrays import DAY, Codes, Counts, Doubles, offsets_of, rows_of
from features.catalogue import Catalogue
from features.kinds import Kind
from features.profiles import Interests, Profiles
from training.candidates.sparse import Csr
from training.request import Request

Level: TypeAlias = Literal["department", "category", "brand"]

_WEIGHTS = np.zeros(max(Kind) + 1)
_WEIGHTS[[Kind.PURCHASE, Kind.WISHLIST, Kind.ADD_TO_CART, Kind.CLICK, Kind.VIEW]] = [1.0, 0.5, 0.5, 0.1, 0.1]

DENSE = 1_000_000  # sums kept densely, 8 MB

IN_HAND = 1.0
"""Weight of a product in the basket or on the page: as one purchase today."""
DECLARED = 1.0
"""Weight of a declared interest."""


@dataclass(frozen=True)
class _Signs:
    row: Codes
    group: Codes
    weight: Doubles


def codes_of(catalogue: Catalogue, level: Level) -> tuple[Codes, int]:
    """(P,) the group of each product, -1 for none, and the number of groups."""
    codes = {"department": catalogue.department, "category": catalogue.category, "brand": catalogue.brand}[level]
    return codes, int(codes.max(initial=-1)) + 1


def affinity(request: Request, level: Level, *, code: Codes, groups: int, half_life: float) -> Csr:
    """(R, groups) decayed weights of purchases, wishes, carts and views, what is in hand, and declared interests."""
    if groups == 0:
        return Csr.empty(len(request), 0)
    signs = [
        _from_history(request, code, half_life),
        *_from_hand(request, code),
        *_from_interests(request.profiles, level),
    ]
    key = np.concatenate([s.row.astype(np.int64) * groups + s.group for s in signs])
    weight = np.concatenate([np.where((s.group >= 0) & (s.group < groups), s.weight, 0.0) for s in signs])
    return _summed(key, weight, len(request), groups)


def _summed(key: Counts, weight: Doubles, rows: int, groups: int) -> Csr:
    """Sums by key of what weighs more than nothing, in the order given."""
    key, weight = key[weight > 0.0], weight[weight > 0.0]
    if rows * groups <= DENSE:
        sums = np.bincount(key, weight, rows * groups)
        keys = np.flatnonzero(sums)
        total = sums[keys]
    else:
        keys, place = np.unique(key, return_inverse=True)
        total = np.bincount(place, weight, len(keys))
    row, group = np.divmod(keys, groups)
    return Csr(offsets_of(row, rows), group.astype(np.int32), total, groups)


def _from_history(request: Request, code: Codes, half_life: float) -> _Signs:
    history = request.history
    weight = _WEIGHTS[history.kind]
    at = np.flatnonzero((weight > 0.0) & (history.product >= 0))
    age = (request.context.time - history.time[at]) / DAY
    return _Signs(history.row[at], code[history.product[at]], weight[at] * np.exp2(-age / half_life))


def _from_hand(request: Request, code: Codes) -> list[_Signs]:
    context, signs = request.context, []
    if len(context.basket):
        group = code[context.basket]
        signs.append(_Signs(rows_of(context.basket_offsets), group, np.full(len(group), IN_HAND)))
    rows = np.flatnonzero(context.viewed >= 0).astype(np.int32)
    if len(rows):
        signs.append(_Signs(rows, code[context.viewed[rows]], np.full(len(rows), IN_HAND)))
    return signs


def _from_interests(profiles: Profiles, level: Level) -> list[_Signs]:
    levels = {"department": profiles.departments, "category": profiles.categories, "brand": profiles.brands}
    interests: Interests = levels[level]
    if not len(interests.code):
        return []
    return [_Signs(rows_of(interests.offsets), interests.code, np.full(len(interests.code), DECLARED))]
