"""Ranking metrics with binary gain, one value a customer.

Definitions follow Järvelin & Kekäläinen (2002) for NDCG and Manning, Raghavan & Schütze (2008, chapter 8) for the rest:
with h(i) = 1 where the product at rank i was bought and n products bought,

- recall at k = hits / n, precision at k = hits / k, hit rate at k = 1 if there is any hit
- NDCG at k = sum h(i) / log2(i + 1), over the same sum of a list whose first min(n, k) products were all bought
- MAP at k = sum of h(i) x precision at i, over min(n, k); MRR at k = 1 / rank of the first hit, else 0
"""

from collections.abc import Sequence

import numpy as np

from features.arrays import Bools, Codes, Doubles
from training.evaluation.purchases import Purchases

KS = (5, 10, 20)
METRICS = ("recall", "precision", "ndcg", "map", "mrr", "hit_rate")


def hits_in(products: Codes, bought: Purchases) -> Bools:
    """(L, K) whether each listed product was bought. ValueError where a list names a product twice."""
    ordered = np.sort(products, axis=1)
    twice = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)
    if twice.any():
        row, place = np.argwhere(twice)[0]
        raise ValueError(f"list {row} names product {ordered[row, place]} twice; every product of a list is distinct")
    rows = np.broadcast_to(np.arange(len(products))[:, None], products.shape)
    return bought.has(rows, products)


def score(products: Codes, bought: Purchases, ks: Sequence[int] = KS) -> dict[str, Doubles]:
    """Every metric at every k: `ndcg_at_20` -> (L,). Lists (L, K) end with -1; each customer bought something."""
    hits = hits_in(products, bought).astype(np.float64)
    if hits.shape[1] < max(ks):
        hits = np.pad(hits, ((0, 0), (0, max(ks) - hits.shape[1])))
    return {f"{name}_at_{k}": values for k in ks for name, values in _at(k, hits[:, :k], bought).items()}


def _at(k: int, hits: Doubles, bought: Purchases) -> dict[str, Doubles]:
    rank = np.arange(1, k + 1)  # (k,)
    discount = 1 / np.log2(rank + 1)
    found = hits.sum(1)
    reachable = np.minimum(bought.count, k)  # (L,)
    precision_at_rank = hits.cumsum(1) / rank  # (L, k)
    return {
        "recall": found / bought.count,
        "precision": found / k,
        "ndcg": (hits * discount).sum(1) / discount.cumsum()[reachable - 1],
        "map": (hits * precision_at_rank).sum(1) / reachable,
        "mrr": (hits / rank).max(1),
        "hit_rate": (found > 0).astype(np.float64),
    }
