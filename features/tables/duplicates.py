"""Duplicates: events and rows that stand in the table more than once."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Counts, Floats, positions_in
from features.tables.hashing import Hashes
from features.tables.keys import occurrences


@dataclass(frozen=True)
class Repeats:
    """Rows that repeat an earlier one."""

    row: Counts  # positions of the repeats
    first: Counts  # and of the row that each repeats


def in_both(key: Hashes, live: int) -> Bools:
    """(N,) which of the last `live` rows, those of the live store, are among the rows before, those of the tables.

    Equal lines of an order are as many as the side says that has more of them.
    """
    found = np.zeros(len(key), bool)
    tables, ours = np.split(key, [len(key) - live])
    if live:
        known, count = np.unique(tables[np.isin(tables, ours)], return_counts=True)
        there = np.append(count, 0)[positions_in(known, ours)]
        found[len(tables) :] = occurrences(ours) < there
    return found


def repeats(key: Hashes, ordered: Hashes, *, time: Counts, leave: Bools) -> Repeats:
    """Rows with the key of an earlier row; the earliest in time stays, then the first in the table.

    `ordered` are the keys in order. Rows that `leave` (N,) holds neither repeat nor are repeated.

    What comes later can therefore never take the place of what came before.
    """
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return Repeats(np.zeros(0, np.int64), np.zeros(0, np.int64))
    row = np.flatnonzero(np.isin(key, twice) & ~leave)
    row = row[np.lexsort((row, time[row], key[row]))]
    new = np.append(True, key[row][1:] != key[row][:-1])[: len(row)]
    first = row[np.flatnonzero(new)[np.cumsum(new) - 1]]
    return Repeats(row[~new], first[~new])


def merge(found: Repeats, lines: Bools, quantity: Floats) -> tuple[Bools, Bools]:
    """Add the quantity of repeated order lines (N,) to the first; (N,) which were merged, (N,) which are duplicates."""
    merged, duplicate = np.zeros(len(lines), bool), np.zeros(len(lines), bool)
    add = lines[found.row]
    merged[found.row[add]], duplicate[found.row[~add]] = True, True
    np.add.at(quantity, found.first[add], quantity[found.row[add]])
    return merged, duplicate
