"""The k best products of one customer: what `topk` does for many, in the few steps that a waiting customer is worth."""

import numpy as np

from features.arrays import Bools, Codes
from training import _lists
from training.candidates.scores import Candidates, Scores, Shared
from training.candidates.sparse import Csr


def top_k_of_one(scores: Scores, k: int, *, exclude: Codes | None, allowed: Bools | None) -> Candidates:
    """As `topk.top_k`, for scores of one row; `exclude` are that row's products."""
    if isinstance(scores, Shared):
        return _of_list(scores, k, exclude, allowed)
    values, products = (scores.value, scores.index) if isinstance(scores, Csr) else (scores[0], None)
    product, score = _lists.best(values, products, k, exclude, allowed)
    return Candidates(np.array([0, len(product)]), product, score)


def _of_list(scores: Shared, k: int, exclude: Codes | None, allowed: Bools | None) -> Candidates:
    """Walk the list from its best."""
    lists, which = scores.lists, int(scores.list[0])
    first, last = (0, 0) if which < 0 else (int(lists.offsets[which]), int(lists.offsets[which + 1]))
    product, score = _lists.walk(scores.order[first:last], lists.index, lists.value, k, exclude, allowed)
    return Candidates(np.array([0, len(product)]), product, score)
