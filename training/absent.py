"""First absent: the best of a common order that a customer does not have yet."""

import numpy as np

from features.arrays import Codes, Offsets, rows_of


def first_absent(order: Codes, offsets: Offsets, taken: Codes, k: int) -> Codes:
    """(R, k) the first products of `order` that are not among the row's `taken` ones, padded with -1.

    With a row's taken places in the order sorted as s(0) < s(1) < ..., there are s(i) - i free places before s(i), so
    the j-th free place is j plus the number of taken places with s(i) - i <= j. Products that are not in `order` may be
    among the taken ones.
    """
    place = np.full(max(int(order.max(initial=-1)), int(taken.max(initial=-1))) + 1, -1, np.int64)
    place[order] = np.arange(len(order))
    row = rows_of(offsets)
    inside = place[taken] >= 0
    row, taken_places = row[inside], place[taken][inside]
    begins = np.append(0, np.cumsum(np.bincount(row, minlength=len(offsets) - 1)))
    taken_places = taken_places[np.lexsort((taken_places, row))]
    free_before = taken_places - (np.arange(len(row)) - begins[row])
    near = free_before < k
    rows = len(offsets) - 1
    passed = np.bincount(row[near].astype(np.int64) * k + free_before[near], minlength=rows * k).reshape(rows, k)
    free = np.arange(k) + passed.cumsum(1)
    lists: Codes = np.append(order, np.int32(-1))[np.minimum(free, len(order))]
    return lists
