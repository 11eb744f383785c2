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
    bits = max(1, width - 1).bit_length()
    keys = group.astype(np.int64) << bits | product
    keys.sort(kind="stable")  # all but in order already, which this makes use of
    keys = keys[np.append(True, keys[1:] != keys[:-1])]
    of = keys >> bits
    several = np.bincount(of, minlength=len(weight)) > 1
    kept = several[of]
    row = (np.cumsum(several) - 1)[of[kept]]
    product = (keys[kept] & ((1 << bits) - 1)).astype(np.int32)
    return Csr(offsets_of(row, int(several.sum())), product, weight[several][row], width)
