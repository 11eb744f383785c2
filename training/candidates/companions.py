"""Companions: the products of each order or visit."""

import numpy as np

from features.arrays import DAY, Array, Codes, offsets_of
from training.candidates.sparse import Csr


def companions(group: Array, product: Codes, ago: Array, *, width: int, half_life: float) -> Csr:
    """(G, P) the different products of each group that has two or more, weighted by the group's age: half as much after
    every `half_life` days. `group` (N,) ascends from 0, `ago` (N,) are seconds."""
    if not len(group):
        return Csr.empty(0, width)
    first = np.append(True, group[1:] != group[:-1])
    weight = np.exp2(-ago[first] / (DAY * half_life))
    keys = group.astype(np.int64) * width + product
    keys.sort(kind="stable")  # all but in order already, which this makes use of
    keys = keys[np.append(True, keys[1:] != keys[:-1])]
    of, product = np.divmod(keys, width)
    several = np.bincount(of, minlength=len(weight)) > 1
    row = (np.cumsum(several) - 1)[of]
    kept = several[of]
    offsets = offsets_of(row[kept], int(several.sum()))
    return Csr(offsets, product[kept].astype(np.int32), weight[of[kept]], width)
