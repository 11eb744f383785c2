"""The k best products of one customer: what `topk` does for many, in the few steps that a waiting customer is worth."""

import numpy as np

from features import _kernels
from features.arrays import Array, Bools, Codes
from training.candidates.scores import Candidates, Scores, Shared
from training.candidates.sparse import Csr


def top_k_of_one(scores: Scores, k: int, *, exclude: Codes | None, allowed: Bools | None) -> Candidates:
    """As `topk.top_k`, for scores of one row; `exclude` are that row's products."""
    if isinstance(scores, Shared):
        return _of_list(scores, k, exclude, allowed)
    sparse = isinstance(scores, Csr)
    product, score = _kernels.best(
        np.ascontiguousarray(scores.value) if sparse else scores[0],
        np.ascontiguousarray(scores.index) if sparse else None,
        k,
        exclude,
        allowed,
    )
    return Candidates(np.array([0, len(product)]), product, score)


def _of_list(scores: Shared, k: int, exclude: Codes | None, allowed: Bools | None) -> Candidates:
    """Walk the list from its best; without a filter, k and the number of products excluded are steps enough."""
    lists, which = scores.lists, int(scores.list[0])
    if which < 0:
        return _of(lists.index[:0], lists.value[:0])
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


def _of(product: Codes, score: Array) -> Candidates:
    return Candidates(np.array([0, len(product)]), product, score.astype(np.float32))
