"""Onboarding: declared interests in the order of the first lists, until behaviour says more.

The ranker learns from customers who have a history, and what a newcomer declares is next to nothing to it. Where
nothing else is known, the generator `training.candidates.onboarding` orders the list in its stead; with every event it
has less to say. One place in five is for the things that were declared themselves, so that whoever tells what they
like sees that they were heard.
"""

import numpy as np

from features.arrays import Bools, Codes, Doubles, among, rows_of
from features.catalogue import Catalogue
from features.interests.affinity import codes_of, interests_of
from features.interests.fading import word
from features.interests.names import LEVELS
from features.pairs import Pairs
from training.candidates.onboarding import Onboarding
from training.request import Request

EVERY = 5
"""One place in so many."""
HEARD = 0.5
"""What declared interests must say so that they have places: fewer events than `features.interests.fading.EVENTS`."""
DEEP = 60  # places that are looked after: lists whose order is seen by anybody


def with_onboarding(scores: Doubles, request: Request, pairs: Pairs) -> Doubles:
    """(M,) the scores of pairs by row, mixed with what the generator says to those who declared something."""
    if Onboarding.name not in pairs.generators or not _declared_anything(request):
        return scores
    own = pairs.score[:, pairs.generators.index(Onboarding.name)].astype(np.float64)
    return np.where(np.isnan(own), scores, scores + word(request.history)[pairs.customer] * (own - scores))


def with_places(scores: Doubles, request: Request, pairs: Pairs, catalogue: Catalogue) -> Doubles:
    """(M,) the scores of pairs by row, with places for what was declared."""
    if not _declared_anything(request):
        return scores
    said = word(request.history) >= HEARD
    if not said.any():
        return scores
    declared = _declared(request, pairs, catalogue) & said[pairs.customer]
    result = scores.copy()
    bounds = np.searchsorted(pairs.customer, np.arange(len(request) + 1))
    for row in np.unique(pairs.customer[declared]).tolist():
        own = slice(int(bounds[row]), int(bounds[row + 1]))
        result[own] = heard(scores[own], declared[own])
    return result


def heard(scores: Doubles, declared: Bools) -> Doubles:
    """(m,) scores of one customer by which the i-th best of the declared ones stands at place `EVERY` x i or above,
    each raised to just above what stood there."""
    result = scores.copy()
    order = np.argsort(-scores, kind="stable")
    wanted = [at for at in order.tolist() if declared[at]]
    for number, at in enumerate(wanted[: DEEP // EVERY], 1):
        place = EVERY * number - 1
        if place >= len(order):
            break
        order = np.argsort(-result, kind="stable")
        if place < int(np.flatnonzero(order == at)[0]):
            result[at] = np.nextafter(result[order[place]], np.inf)
    return result


def _declared_anything(request: Request) -> bool:
    return any(len(level.code) for level in request.profiles.interests)


def _declared(request: Request, pairs: Pairs, catalogue: Catalogue) -> Bools:
    """(M,) whether the product is of a group that the customer declared."""
    found = np.zeros(len(pairs), np.bool_)
    for level in LEVELS:
        interests = interests_of(request.profiles, level)
        if len(interests.code):
            code: Codes = codes_of(catalogue, level)[0][pairs.product]
            keys = rows_of(interests.offsets).astype(np.int64) << 32 | interests.code
            found |= (code >= 0) & among(pairs.customer.astype(np.int64) << 32 | np.maximum(code, 0), keys)
    return found
