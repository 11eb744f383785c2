"""Defects: what keeps a bundle from answering."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from features.errors import EsnafError
from features.matrix import feature_names
from training.comparison.contender import Contender
from training.query import Query
from training.recommender import Recommender

ASKED = 10  # products of the question that is asked to see whether it answers


def defects_of(contender: Contender, folder: Path) -> tuple[str, ...]:
    """In words, what is wrong with a bundle: damaged, of another format, or unable to answer; empty if nothing is."""
    try:
        return tuple(_defects(contender.load(folder)))
    except EsnafError as error:
        return (str(error),)


def _defects(model: Recommender) -> Iterator[str]:
    unknown = sorted(set(model.order.names) - set(feature_names(model.names)))
    if unknown:
        yield f"its ranker reads features that are not defined here: {', '.join(unknown)}; train the model again"
        return
    known = model.customers.id(len(model.customers) - 1) if len(model.customers) else None
    for query in (Query(), Query(customer_id=known)):
        (answer,) = model.recommend([query], ASKED)
        scores = np.array([item.score for item in answer.items])
        if model.catalogue.available.any() and not len(scores):
            yield "it has no product to show"
        if not np.isfinite(scores).all():
            yield "its scores are not finite numbers"
