"""The k best products of one customer: what `topk` does for many, in the few steps that a waiting customer is worth."""

import numpy as np

from features.arrays import Array, Bools, Codes, Doubles
from training.candidates.scores import LOWEST, NONE, Candidates, Scores, Shared
from training.candidates.sparse import Csr


def top_k_of_one(scores: Scores, k: int, *, exclude: Codes | None, allowed: Bools | None) -> Candidates:
    """As `topk.top_k`, for scores of one row; `exclude` are that row's products."""
    if isinstance(scores, Shared):
        return _of_list(scores, k, exclude, allowed)
    if isinstance(scores, Csr):
        keep = _shown(scores.width, exclude, allowed)
        at = slice(None) if keep is None else np.flatnonzero(keep[scores.index])
        return _cut(scores.index[at], scores.value[at], k)
    return _of_dense(scores[0], k, exclude, allowed)


def least_of(scores: Doubles, k: int) -> float:
    """A score that at least `k` of `scores` (P,) reach, few more of them; -inf if there are not so many.

    The k-th highest of the maxima of small groups of products: much cheaper than a partition of all of them.
    """
    group = max(1, len(scores) // (8 * k))
    groups = len(scores) // group
    if groups <= k:
        return NONE
    highest = scores[: groups * group].reshape(group, groups).max(axis=0)
    highest.partition(groups - k)
    return float(highest[groups - k])


def _of_dense(scores: Doubles, k: int, exclude: Codes | None, allowed: Bools | None) -> Candidates:
    if allowed is not None:
        scores = np.where(allowed, scores, NONE)
    if exclude is not None and len(exclude):
        scores = scores.copy() if allowed is None else scores
        scores[exclude] = NONE
    at = np.flatnonzero(scores >= max(least_of(scores, k), LOWEST)).astype(np.int32)
    return _cut(at, scores[at], k)


def _of_list(scores: Shared, k: int, exclude: Codes | None, allowed: Bools | None) -> Candidates:
    """Walk the list from its best; without a filter, k and the number of products excluded are steps enough."""
    lists, which = scores.lists, int(scores.list[0])
    if which < 0:
        return _cut(lists.index[:0], lists.value[:0], k)
    best = scores.order[lists.offsets[which] : lists.offsets[which + 1]]
    if allowed is None:
        best = best[: k + (0 if exclude is None else len(exclude))]
    product = lists.index[best]
    keep = _shown(lists.width, exclude, allowed)
    if keep is not None:
        at = np.flatnonzero(keep[product])[:k]
        best, product = best[at], product[at]
    return _of(product[:k], lists.value[best[:k]])


def _shown(products: int, exclude: Codes | None, allowed: Bools | None) -> Bools | None:
    """(P,) which products may be named, None for all."""
    if exclude is None or not len(exclude):
        return allowed
    keep = np.ones(products, np.bool_) if allowed is None else allowed.copy()
    keep[exclude] = False
    return keep


def _cut(product: Codes, score: Array, k: int) -> Candidates:
    by = np.argsort(-score, kind="stable")[:k]
    return _of(product[by], score[by])


def _of(product: Codes, score: Array) -> Candidates:
    return Candidates(np.array([0, len(product)]), product, score.astype(np.float32))
