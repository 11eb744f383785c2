"""The k best products of each customer, whatever shape the scores have."""

import numpy as np

from features.arrays import Array, Bools, Codes, Counts, Doubles, offsets_of, positions_in, rows_of
from training.candidates.scores import LOWEST, NONE, Baskets, Candidates, Scores, Shared
from training.candidates.sparse import Csr
from training.candidates.topk_one import top_k_of_one

CHUNK = 8_000_000  # dense scores held together, 64 MB
CACHED = 250_000  # dense scores looked at together: 2 MB stay in the processor's cache


def top_k(scores: Scores, k: int, *, exclude: Baskets | None = None, allowed: Bools | None = None) -> Candidates:
    """The `k` best products of each row, ties to the lower product index; fewer where there are fewer.

    `exclude` takes products out row by row, `allowed` (P,) says which products may be shown at all.
    A row's answer does not depend on which rows are asked with it.
    """
    if _rows(scores) == 1:
        return top_k_of_one(scores, k, exclude=None if exclude is None else exclude.product, allowed=allowed)
    if isinstance(scores, Shared):
        return _of_shared(scores, k, exclude, allowed)
    if isinstance(scores, Csr):
        return _of_sparse(scores, k, exclude, allowed)
    size = max(1, CACHED // max(1, scores.shape[1]))
    starts = range(0, max(1, len(scores)), size)
    return joined([_of_dense(scores[a : a + size], k, _part(exclude, a, a + size), allowed) for a in starts])


def _rows(scores: Scores) -> int:
    return len(scores.list) if isinstance(scores, Shared) else len(scores)


def _of_dense(scores: Doubles, k: int, exclude: Baskets | None, allowed: Bools | None) -> Candidates:
    if allowed is not None:
        scores = np.where(allowed, scores, NONE)
    if exclude is not None and len(exclude.product):
        scores = scores.copy() if allowed is None else scores
        scores[rows_of(exclude.offsets), exclude.product] = NONE
    least = np.maximum(_at_least(scores, k), LOWEST)
    entry = np.flatnonzero(scores >= least[:, None])  # a third of the time of `nonzero` in two dimensions
    row, product = np.divmod(entry, scores.shape[1])
    return _cut(row, product.astype(np.int32), scores.ravel()[entry], k, len(scores))


def _at_least(scores: Doubles, k: int) -> Doubles:
    """(R,) as `topk_one.least_of`, row by row."""
    rows, products = scores.shape
    group = max(1, products // (8 * k))
    groups = products // group
    if groups <= k:
        return np.full(rows, NONE)
    highest: Doubles = scores[:, : groups * group].reshape(rows, group, groups).max(axis=1)
    highest.partition(groups - k, axis=1)
    return highest[:, groups - k]


def _of_sparse(scores: Csr, k: int, exclude: Baskets | None, allowed: Bools | None) -> Candidates:
    keep = np.ones(len(scores.index), np.bool_) if allowed is None else allowed[scores.index]
    if exclude is not None and len(exclude.product):
        keep &= ~_contains(exclude, scores.row, scores.index, scores.width)
    return _cut(scores.row[keep], scores.index[keep], scores.value[keep], k, len(scores))


def _of_shared(scores: Shared, k: int, exclude: Baskets | None, allowed: Bools | None) -> Candidates:
    """Walk each list from its best; what is excluded costs a step, so a list as long as k and all steps is enough."""
    used, which = np.unique(scores.list, return_inverse=True)
    lists, order = scores.lists, scores.order
    best = [_best(lists, order, g, allowed) for g in used.tolist()]
    ends = np.cumsum([0, *(len(b) for b in best)])
    best_all = np.concatenate(best) if best else order[:0]
    rows = len(scores.list)
    steps = k + (np.diff(exclude.offsets) if exclude is not None else np.zeros(rows, np.int64))
    lengths = np.minimum(np.diff(ends)[which], steps)
    row = np.repeat(np.arange(rows, dtype=np.int32), lengths)
    begins = np.cumsum(lengths) - lengths
    entry = best_all[np.arange(len(row)) + np.repeat(ends[:-1][which] - begins, lengths)]
    product = lists.index[entry]
    if exclude is not None and len(exclude.product):
        keep = ~_contains(exclude, row, product, lists.width)
        row, product, entry = row[keep], product[keep], entry[keep]
    return _first(row, product, lists.value[entry], k, rows)


def _best(lists: Csr, order: Counts, group: int, allowed: Bools | None) -> Counts:
    if group < 0:
        return order[:0]
    best = order[lists.offsets[group] : lists.offsets[group + 1]]
    return best if allowed is None else best[allowed[lists.index[best]]]


def _contains(baskets: Baskets, row: Codes, product: Codes, width: int) -> Bools:
    have = rows_of(baskets.offsets).astype(np.int64) * width + baskets.product
    return positions_in(have, row.astype(np.int64) * width + product) >= 0


def _cut(row: Array, product: Codes, score: Array, k: int, rows: int) -> Candidates:
    """The first k of each row by score; the entries come by row and ascending product, so equal scores stay so."""
    by = np.lexsort((-score, row))
    return _first(row[by], product[by], score[by], k, rows)


def _first(row: Array, product: Codes, score: Array, k: int, rows: int) -> Candidates:
    """The first k of each row of entries that are in order."""
    offsets = offsets_of(row, rows)
    if len(row) > k:
        keep = np.arange(len(row)) - offsets[:-1][row] < k
        row, product, score = row[keep], product[keep], score[keep]
        offsets = offsets_of(row, rows)
    return Candidates(offsets, product, score.astype(np.float32))


def _part(baskets: Baskets | None, start: int, stop: int) -> Baskets | None:
    if baskets is None:
        return None
    offsets = baskets.offsets[start : stop + 1]
    return Baskets(offsets - offsets[0], baskets.product[offsets[0] : offsets[-1]])


def joined(parts: list[Candidates]) -> Candidates:
    """Candidates of rows that follow each other."""
    if len(parts) == 1:
        return parts[0]
    lengths = np.concatenate([np.diff(p.offsets) for p in parts])
    product, score = np.concatenate([p.product for p in parts]), np.concatenate([p.score for p in parts])
    return Candidates(np.append(0, np.cumsum(lengths)), product, score)
