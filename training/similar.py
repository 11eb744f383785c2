"""Similar: the products most like one, by all generators that know neighbours of products."""

import numpy as np

from features.arrays import Bools, Codes, Doubles
from training.candidates.sparse import Csr
from training.query import Item
from training.recommender import Recommender
from training.shelf import Shelf

SAME_CATEGORY = "same_category"


def similar(recommender: Recommender, product: int, n: int, *, allowed: Bools | None = None) -> list[Item]:
    """The `n` nearest products: each generator's neighbours, scaled to 1 at the nearest, added up.

    Where they do not suffice, the best sellers of the same category follow, then those of the shop. None is shown that
    is not among those `allowed` (P,).
    """
    score = _scores(recommender, product)
    shown = recommender.catalogue.available if allowed is None else recommender.catalogue.available & allowed
    order = _order(recommender, product, score, shown)[:n]
    items = []
    for rank, index in enumerate(order.tolist(), 1):
        value, source = score[:, index].sum(), _source(recommender, product, index, score)
        items.append(Item(recommender.products.id(index), rank, float(value), source))
    return items


def _scores(recommender: Recommender, product: int) -> Doubles:
    """(G, P) each generator's similarity to the product, 0 for those without neighbours of products."""
    scores = np.zeros((len(recommender.sources), len(recommender.catalogue)))
    for row, source in enumerate(recommender.sources):
        table = getattr(source.generator, "similar", None)
        if isinstance(table, Csr):
            begin, end = table.offsets[product], table.offsets[product + 1]
            value = table.value[begin:end].astype(np.float64)
            scores[row, table.index[begin:end]] = value / max(value.max(initial=0.0), 1e-12)
    return scores


def _order(recommender: Recommender, product: int, score: Doubles, allowed: Bools) -> Codes:
    """Products by similarity, then those of the category, then the rest, best sellers first; variants once."""
    catalogue, shelf = recommender.catalogue, recommender.shelf
    place = np.empty(len(catalogue))
    place[shelf.order] = np.arange(len(catalogue))
    other = (catalogue.category != catalogue.category[product]) | (catalogue.category < 0)
    order = np.lexsort((place, other, -score.sum(axis=0)))
    parent = catalogue.parent
    shown = order[allowed[order] & (order != product)]
    shown = shown[(parent[shown] < 0) | (parent[shown] != parent[product])]
    group = np.where(parent[shown] >= 0, parent[shown], -1 - shown)  # a product without variants is its own group
    best: Codes = shown[np.sort(np.unique(group, return_index=True)[1])].astype(np.int32)
    return best


def _source(recommender: Recommender, product: int, index: int, score: Doubles) -> str:
    catalogue = recommender.catalogue
    if score[:, index].any():
        return recommender.names[int(score[:, index].argmax())]
    if catalogue.category[index] == catalogue.category[product] >= 0:
        return SAME_CATEGORY
    return Shelf.SOURCES[0 if recommender.shelf.sold[index] else 1]
