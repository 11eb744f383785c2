"""Matching: which group of a new model is which of the one before, so that names stay with those they stood for."""

import re
from collections.abc import Sequence

import numpy as np

from features.arrays import Array, Codes, Doubles

ALIKE = 0.6  # cosine from which a group is the one of before


def matched(new: Doubles, old: Doubles) -> Codes:
    """(K,) the old group that each new one continues, -1 for none: the pairing that is most alike in all. Rows are
    compared by their cosine (`jonker1987shortest`)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    found = np.full(len(new), -1, np.int32)
    if len(new) and len(old):
        alike = _unit(new) @ _unit(old).T
        row, column = min_weight_full_bipartite_matching(csr_array(2.0 - alike))  # 0 would be no edge
        there = alike[row, column] >= ALIKE
        found[row[there]] = column[there]
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
