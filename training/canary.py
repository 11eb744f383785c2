"""Canary: a few questions that a model must answer before anybody relies on it."""

import math
from pathlib import Path

from features.errors import BundleError, EsnafError
from training.query import Answer, Query
from training.recommender import Recommender

LENGTH = 10  # products asked for
STRANGER = Query(basket=("a product that nobody knows",), interests=("anything",))


def load(folder: Path) -> Recommender:
    """A bundle whose checksums are right and whose model answers; BundleError, with the reason, where one is not so."""
    try:
        recommender = Recommender.load(folder)
        ask(recommender)
    except BundleError:
        raise
    except EsnafError as error:
        raise BundleError(f"{folder}: {error}") from error
    except Exception as error:  # arrays that do not fit together fail in as many ways as there are
        reason = f"{type(error).__name__}: {error}"
        raise BundleError(f"{folder}: cannot answer ({reason}); it does not fit this version of Esnaf") from error
    return recommender


def ask(recommender: Recommender) -> None:
    """Lists for a stranger and for the first customer, neighbours of the first product; BundleError if one is wrong."""
    known = [Query(customer_id=recommender.customers.id(0))] if len(recommender.customers) else []
    for answer in recommender.recommend([STRANGER, *known], LENGTH):
        _check(answer, recommender)
    if len(recommender.products):
        recommender.similar(recommender.products.id(0), LENGTH)


def _check(answer: Answer, recommender: Recommender) -> None:
    ids = [item.product_id for item in answer.items]
    if not ids and recommender.catalogue.available.any():
        raise BundleError("the canary's list is empty; train the model again")
    if len(set(ids)) < len(ids):
        raise BundleError("the canary's list names a product twice; train the model again")
    if not all(math.isfinite(item.score) for item in answer.items):
        raise BundleError("the canary's list has a score that is no number; train the model again")
