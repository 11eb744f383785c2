"""Visit examples: what the visit ranker learns from, the candidates of questions in the middle of visits."""

import numpy as np

from features.arrays import Array, Bools, Counts, Floats
from features.visit import visit_matrix
from training.asking import Asked
from training.pool import Pool
from training.recommender import Recommender

NEGATIVES = 0.25  # share of what was not bought in a visit that is learned from


def visit_examples(model: Recommender, question: Asked) -> tuple[Floats, Bools]:
    """(M, F) the features of visits for pairs of one week's questions, and (M,) whether each was bought later."""
    request, width = question.request, len(model.catalogue)
    pool = Pool.gather(model.sources, request)
    row, product = request.in_hand
    keys = pool.row.astype(np.int64) * width + pool.product
    later = np.repeat(np.arange(len(request)), np.diff(question.bought.offsets)) * width + question.bought.product
    bought = np.isin(keys, later)
    at = _sampled(bought, pool.row, seed=request.context.time)
    at = at[~np.isin(keys[at], row.astype(np.int64) * width + product)]
    pairs = pool.pairs(at.astype(np.int32))
    scores = model.order.scores(model.matrix(request, pairs))
    return visit_matrix(request.visits, model.catalogue, model.market, pairs, scores), bought[at]


def _sampled(bought: Bools, row: Array, seed: int) -> Counts:
    """Positions of what was bought, and of a share of the others of the same visits."""
    with_label = np.bincount(row, bought) > 0
    chance = np.random.default_rng(seed).random(len(row))
    return np.flatnonzero(with_label[row] & (bought | (chance < NEGATIVES)))
