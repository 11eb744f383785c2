"""Duplicates: events and rows that stand in the table more than once."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Counts, Floats
from features.tables.hashing import Hashes


@dataclass(frozen=True)
class Repeats:
    """Rows that repeat an earlier one."""

    row: Counts  # positions of the repeats
    first: Counts  # and of the row that each repeats


def repeats(key: Hashes, time: Counts) -> Repeats:
    """Rows with the key of an earlier row; the earliest in time stays, then the first in the table.

    What comes later can therefore never take the place of what came before.
    """
    ordered = np.sort(key)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return Repeats(np.zeros(0, np.int64), np.zeros(0, np.int64))
    row = np.flatnonzero(np.isin(key, twice))
    row = row[np.lexsort((row, time[row], key[row]))]
    new = np.append(True, key[row][1:] != key[row][:-1])
    first = row[np.flatnonzero(new)[np.cumsum(new) - 1]]
    return Repeats(row[~new], first[~new])


def merge(found: Repeats, lines: Bools, quantity: Floats) -> tuple[Bools, Bools]:
    """Add the quantity of repeated order lines (N,) to the first; (N,) which were merged, (N,) which are duplicates."""
    merged, duplicate = np.zeros(len(lines), bool), np.zeros(len(lines), bool)
    add = lines[found.row]
    merged[found.row[add]], duplicate[found.row[~add]] = True, True
    np.add.at(quantity, found.first[add], quantity[found.row[add]])
    return merged, duplicate
