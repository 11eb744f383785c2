"""Affinity: how much each customer likes each department, category or brand, from all that is known of them."""

import numpy as np

from features.arrays import Codes, Counts, Doubles, offsets_of
from features.interests.affinity import signs_of
from features.interests.names import Level
from training.candidates.sparse import Csr
from training.request import Request

DENSE = 1_000_000  # sums kept densely, 8 MB


def affinity(request: Request, level: Level, *, code: Codes, groups: int, half_life: float) -> Csr:
    """(R, groups) decayed weights of purchases, wishes, carts and views, what is in hand, and declared interests."""
    if groups == 0:
        return Csr.empty(len(request), 0)
    signs = signs_of(request.history, request.profiles, request.context, level, code=code, half_life=half_life)
    key = signs.row.astype(np.int64) * groups + signs.group
    weight = np.where((signs.group >= 0) & (signs.group < groups), signs.weight, 0.0)
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
