"""Array types used in annotations, and the few array helpers that every room needs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    offsets = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=size), out=offsets[1:])
    return offsets


def rows_of(offsets: Offsets) -> Codes:
    """The row number of each element, the inverse of `offsets_of`."""
    return np.repeat(np.arange(len(offsets) - 1, dtype=np.int32), np.diff(offsets))


def elements_of(offsets: Offsets, rows: Array) -> tuple[Offsets, Counts]:
    """Where the elements of the chosen rows lie: the new offsets, and (M,) positions of the elements."""
    lengths = offsets[rows + 1] - offsets[rows]
    taken = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(lengths, out=taken[1:])
    positions = np.arange(taken[-1], dtype=np.int64)
    positions += np.repeat(offsets[rows] - taken[:-1], lengths)
    return taken, positions


def positions_in(sorted_keys: Array, keys: Array) -> Counts:
    """The position of each key in `sorted_keys` (unique, ascending), -1 where it is absent."""
    if len(sorted_keys) == 0:
        return np.full(len(keys), -1, np.int64)
    found = np.searchsorted(sorted_keys, keys)
    np.minimum(found, len(sorted_keys) - 1, out=found)
    return np.where(sorted_keys[found] == keys, found, -1)
