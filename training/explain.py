"""Explain: in words, why a product stands in a customer's list.

The ranker's own contributions (lundberg2020local) say which kinds of evidence moved the product up; the sentence then
tells the facts behind the strongest of them.
"""

from collections.abc import Sequence

import numpy as np

from features.arrays import Doubles
from features.registry import REGISTRY
from features.view import View
from training.evidence import Evidence
from training.pool import Pool
from training.query import Query
from training.recommender import Recommender, UnknownProductError

MOST = 2  # kinds of evidence in a sentence
OF_OTHERS = {"alike": 1, "popular": 2}  # told after what the customer did, in this order

KIND_OF_FAMILY = {
    "customer": "nothing",  # the same for every product
    "history": "own",
    "rhythm": "own",
    "taste": "taste",
    "interest": "interest",
    "product": "popular",
    "moment": "basket",
    "segments": "nothing",  # likewise
    "value": "nothing",  # likewise
}
KIND_OF_GENERATOR = {
    "repurchase": "own",
    "als": "alike",
    "blend": "alike",
    "bpr": "alike",
    "ease": "alike",
    "lookalikes": "alike",
    "neighbours": "goes_with",
    "rp3beta": "goes_with",
    "words": "resembles",
    "seen": "visit",
    "together": "basket",
    "popular": "popular",
    "trending": "popular",
    "popular_category": "popular",
    "popular_segment": "popular",
    "onboarding": "interest",
    "same_category": "taste",
    "same_brand": "taste",
}


def explain(recommender: Recommender, query: Query, product_ids: Sequence[str], time: int) -> list[str]:
    """One sentence for each product, in their order.

    Raises:
        UnknownProductError: the model has not seen one of them.
    """
    if not product_ids:  # the rules of a list may leave nothing
        return []
    products = recommender.products.indices(list(product_ids))
    if (products < 0).any():
        missing = product_ids[int(np.flatnonzero(products < 0)[0])]
        raise UnknownProductError(f"product '{missing}' is not known to this model; check the id")
    order, place = np.unique(products, return_inverse=True)
    request = recommender.questions.request([query], time)
    pool = Pool.gather(recommender.sources, request)
    pairs = pool.pairs_of(np.zeros(len(order), np.int32), order.astype(np.int32))
    matrix = recommender.matrix(request, pairs)
    visit = recommender.visit_scores(request, pairs, recommender.order.scores(matrix))
    contributions = np.column_stack([visit, recommender.order.contributions(matrix)])
    view = View(
        request.history,
        recommender.catalogue,
        recommender.market,
        pairs,
        time,
        profiles=request.profiles,
        context=request.context,
    )
    evidence = Evidence(recommender, request, view)
    kinds = ["visit", *(kind_of(name) for name in recommender.order.names)]
    sentences = [_sentence(evidence, pair, kinds, contributions[pair]) for pair in range(len(order))]
    return [sentences[i] for i in place.tolist()]


def kind_of(feature: str) -> str:
    """The kind of evidence that a feature belongs to; a feature of one's own is its own kind."""
    if feature in REGISTRY:
        return KIND_OF_FAMILY.get(REGISTRY[feature].family, feature)
    generator = feature.rpartition("_")[0]
    return KIND_OF_GENERATOR.get(generator, generator)


def _sentence(evidence: Evidence, pair: int, kinds: Sequence[str], contribution: Doubles) -> str:
    """The facts of the kinds that add most, those of the customer first; kinds without a fact are passed over."""
    total: dict[str, float] = {}
    for kind, value in zip(kinds, contribution.tolist(), strict=False):
        total[kind] = total.get(kind, 0.0) + value
    strongest = sorted((kind for kind in total if total[kind] > 0), key=lambda kind: -total[kind])
    told = [(kind, clause) for kind in strongest if (clause := evidence.clause(kind, pair))][:MOST]
    if not told:
        told = [(kind, clause) for kind in total if (clause := evidence.clause(kind, pair))][:1]
    told.sort(key=lambda fact: OF_OTHERS.get(fact[0], 0))
    text = "; ".join(clause for _, clause in told) or "it is in the shop's range"
    return text[0].upper() + text[1:] + "."
