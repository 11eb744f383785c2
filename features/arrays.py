"""Array types used in annotations, and the few array helpers that every room needs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features import _kernels

Array = NDArray[Any]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int32]  # indices and category codes; -1 means none
Counts = NDArray[np.int64]
Offsets = NDArray[np.int64]  # (R + 1,) row r owns the slice offsets[r]:offsets[r + 1]
Times = NDArray[np.int64]  # seconds since the epoch, UTC
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

DAY = 86_400  # seconds
NO_TIME = np.iinfo(np.int64).min  # a time that is not known


def offsets_of(rows: Array, size: int) -> Offsets:
    """The offsets of `size` rows from each element's row number, `rows` ascending."""
    if size == 1:
        return np.array([0, len(rows)])
    offsets = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=size), out=offsets[1:])
    return offsets


def zeroed(values: Array) -> Array:
    """The same with 0 where a value is not known (NaN)."""
    return np.where(np.isnan(values), 0.0, values)


def lengths_of(offsets: Offsets) -> Counts:
    """The number of elements of each row."""
    return offsets[1:] - offsets[:-1]


def among(keys: Array, others: Array) -> Bools:
    """(M,) whether each key is one of the others, which need no order; int64."""
    if not len(others) or not len(keys):
        return np.zeros(len(keys), np.bool_)
    return positions_in(_kernels.distinct(np.ascontiguousarray(others, np.int64))[0], keys) >= 0


def rows_of(offsets: Offsets) -> Codes:
    """The row number of each element, the inverse of `offsets_of`."""
    if len(offsets) == 2:
        return np.zeros(int(offsets[1]), np.int32)
    return np.arange(len(offsets) - 1, dtype=np.int32).repeat(lengths_of(offsets))


def elements_of(offsets: Offsets, rows: Array) -> tuple[Offsets, Counts]:
    """Where the elements of the chosen rows lie: the new offsets, and (M,) positions of the elements."""
    if len(rows) == 1:
        start, end = int(offsets[rows[0]]), int(offsets[rows[0] + 1])
        return np.array([0, end - start]), np.arange(start, end)
    lengths = offsets[rows + 1] - offsets[rows]
    taken = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(lengths, out=taken[1:])
    positions = np.arange(taken[-1], dtype=np.int64)
    positions += np.repeat(offsets[rows] - taken[:-1], lengths)
    return taken, positions


def positions_in(sorted_keys: Array, keys: Array) -> Counts:
    """The position of each key in `sorted_keys` (unique, ascending), -1 where it is absent; int32, int64 or uint64."""
    return _kernels.find(np.ascontiguousarray(sorted_keys), np.ascontiguousarray(keys, sorted_keys.dtype))
