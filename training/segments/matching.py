"""Matching: which group of a new model is which of the one before, so that names stay with those they stood for."""

import re
from collections.abc import Sequence

import numpy as np

from features.arrays import Array, Codes, Doubles

ALIKE = 0.6  # cosine from which a group is the one of before


def matched(new: Doubles, old: Doubles) -> Codes:
    """(K,) the old group that each new one continues, -1 for none: the pairing that is most alike in all
    (kuhn1955hungarian). Rows are compared by their cosine."""
    alike = _unit(new) @ _unit(old).T
    column = paired(-alike) if len(new) <= len(old) else _turned(paired(-alike.T), len(new))
    there = np.flatnonzero(column >= 0)
    there = there[alike[there, column[there]] >= ALIKE]
    found = np.full(len(new), -1, np.int32)
    found[there] = column[there]
    return found


def paired(cost: Doubles) -> Codes:
    """(n,) a column of its own for each of the n rows of (n, m) costs, n <= m, so that they cost least in all.

    Rows come in one after the other, each by the cheapest chain of moves that ends at a free column, under prices that
    keep all moves from being below zero (kuhn1955hungarian). A dozen groups do not pay for the import of SciPy's.
    """
    rows, columns = cost.shape
    row_price, price = np.zeros(rows + 1), np.zeros(columns + 1)
    owner, before = np.zeros(columns + 1, np.int64), np.zeros(columns + 1, np.int64)  # rows count from 1; 0 is nobody
    for row in range(1, rows + 1):
        owner[0], at = row, 0
        least, seen = np.full(columns + 1, np.inf), np.zeros(columns + 1, np.bool_)
        while owner[at]:
            seen[at] = True
            free = np.flatnonzero(~seen)
            through = cost[owner[at] - 1, free - 1] - row_price[owner[at]] - price[free]
            nearer = through < least[free]
            least[free[nearer]], before[free[nearer]] = through[nearer], at
            following = int(free[least[free].argmin()])
            step = least[following]
            row_price[owner[seen]] += step
            price[seen] -= step
            least[free] -= step
            at = following
        while at:
            owner[at] = owner[before[at]]
            at = int(before[at])
    found = np.full(rows, -1, np.int32)
    taken = np.flatnonzero(owner[1:])
    found[owner[1:][taken] - 1] = taken
    return found


def _turned(row: Codes, size: int) -> Codes:
    """(size,) the column of each row, by (m,) the row of each column; -1 for none."""
    found = np.full(size, -1, np.int32)
    found[row] = np.arange(len(row))
    return found


def in_place(match: Codes) -> Codes:
    """(K,) an order of the new groups: those that continue an old one stand at its place, where there is one."""
    size = len(match)
    order = np.full(size, -1, np.int32)
    there = np.flatnonzero((match >= 0) & (match < size))
    order[match[there]] = there
    order[order < 0] = np.setdiff1d(np.arange(size), there)
    return order


def drawn(able: Array, most: int, size: int, seed: int) -> Codes:
    """At most so many of some rows, ascending. Who is drawn depends on the row and the seed: a later model, which has
    more rows, learns from nearly the same customers."""
    if len(able) > most:
        chance = np.random.default_rng(seed).random(size)[able]
        able = np.sort(able[np.argsort(chance, kind="stable")[:most]])
    return able.astype(np.int32)


def unique(labels: Sequence[str]) -> list[str]:
    """The same with numbers behind those that are there already."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label}_{seen[label]}")
    return found if len(set(found)) == len(found) else unique([f"{label}_" for label in found])


def plain(text: str) -> str:
    """Words as a label: `Pasta and Rice` is `pasta_and_rice`."""
    return re.sub(r"[^\w]+", "_", text.casefold()).strip("_") or "other"


def _unit(rows: Doubles) -> Doubles:
    length: Doubles = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return rows / length
