"""The score of any (customer, product) pair, candidates or not: a feature of the ranker."""

import numpy as np

from features import _kernels
from features.arrays import Codes, Floats, positions_in
from training import _lists
from training.candidates.scores import NONE, Scores, Shared
from training.candidates.sparse import Csr


def lookup(scores: Scores, rows: Codes, products: Codes) -> Floats:
    """(M,) the score of each (row, product), NaN where the generator has none."""
    if isinstance(scores, Shared):
        return _entry(*_used(scores, rows), products)
    if isinstance(scores, Csr):
        return _entry(scores, rows, products)
    if len(scores) == 1:
        return _lists.rated(np.ascontiguousarray(scores[0]), None, products)
    found = scores[rows, products]
    found[found == NONE] = np.nan
    return found.astype(np.float32)


def _used(scores: Shared, rows: Codes) -> tuple[Csr, Codes]:
    """Only the lists that are asked about, and which of them each row uses."""
    first = int(scores.list[0]) if len(scores.list) else -1
    if first >= 0 and (len(scores.list) == 1 or (scores.list == first).all()):
        return scores.lists.slice(first, first + 1), np.zeros(len(rows), np.int32)
    used, which = np.unique(scores.list, return_inverse=True)
    return _taken(scores.lists, used), which.astype(np.int32)[rows]


def _taken(lists: Csr, used: Codes) -> Csr:
    padded = Csr(np.append(lists.offsets, lists.offsets[-1]), lists.index, lists.value, lists.width)
    return padded.take(np.where(used >= 0, used, len(lists)))


def _entry(entries: Csr, rows: Codes, products: Codes) -> Floats:
    if len(entries) == 1:
        return _lists.rated(entries.value, entries.index, products)
    if len(entries.value) == 0:
        return np.full(len(rows), np.nan, np.float32)
    found = positions_in(entries.keys, rows.astype(np.int64) * entries.width + products)
    return _kernels.pick(np.ascontiguousarray(entries.value), found, np.nan).astype(np.float32)
