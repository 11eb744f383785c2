"""Popularity within groups of products or customers, as short lists."""

import numpy as np

from features.arrays import DAY, Codes, Counts, Doubles
from features.history import History
from training.candidates.sparse import Csr

DENSE = 5_000_000  # sums held at once: sorting the keys takes ten times as long


def decayed_sales(lines: History, time: int, half_life: float) -> Doubles:
    """(N,) what each purchase line counts, half as much after every `half_life` days."""
    return np.exp2((lines.time - time) / (DAY * half_life))


def top_lists(group: Codes, product: Codes, weight: Doubles, *, shape: tuple[int, int], length: int) -> Csr:
    """(G, P) each group's `length` heaviest products, their values the shares of the group's total weight.

    From weighted (group, product) events; those without a group (-1) are left out.
    """
    groups, products = shape
    at = group >= 0
    keys, total = _summed(group[at].astype(np.int64) * products + product[at], weight[at], groups * products)
    row, index = np.divmod(keys, max(1, products))
    by = np.lexsort((-total, row))
    counts = np.bincount(row, minlength=groups)
    place_in_group = np.arange(len(by)) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = np.sort(by[place_in_group < length])
    share = total / np.maximum(np.bincount(row, total, groups), np.finfo(float).tiny)[row]
    offsets = np.append(0, np.cumsum(np.bincount(row[chosen], minlength=groups)))
    return Csr(offsets, index[chosen].astype(np.int32), share[chosen].astype(np.float32), products)


def _summed(keys: Counts, weight: Doubles, size: int) -> tuple[Counts, Doubles]:
    """The different keys below `size`, ascending, and the sum of the weights of each."""
    if size <= DENSE:
        there: Counts = np.flatnonzero(np.bincount(keys, minlength=size))
        return there, np.bincount(keys, weight, size)[there].astype(np.float64, copy=False)
    found, place = np.unique(keys, return_inverse=True)
    return found, np.bincount(place, weight, len(found)).astype(np.float64, copy=False)
