"""Beyond accuracy: how much of the shop is shown, how fresh, how varied, and how much revenue it finds."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array, diags_array

from features.arrays import Bools, Codes, Counts, Doubles
from features.catalogue import Catalogue
from features.history import History
from training.evaluation.purchases import Purchases

SAMPLED_CUSTOMERS = 2_000  # whose purchases tell which products are alike


@dataclass(frozen=True)
class Background:
    """What is known of the shop just before the cut, against which lists are judged."""

    buyers: Counts  # (P,) distinct customers who bought each product
    customers: int  # who bought anything
    group: Codes | None  # (P,) category of each product, None where the shop has none
    vectors: csr_array  # (P, V) unit rows: who bought the product, of a sample of customers

    @classmethod
    def of(cls, history: History, catalogue: Catalogue, products: int, *, seed: int = 0) -> Self:
        """From everything before the cut; `products` had been seen by then."""
        bought = Purchases.of(history.purchases)
        category = catalogue.category[:products]
        return cls(
            buyers=np.bincount(bought.product, minlength=products),
            customers=int((bought.count > 0).sum()),
            group=category if len(np.unique(category[category >= 0])) > 1 else None,
            vectors=_buyer_vectors(bought, products, seed),
        )

    def seen(self, products: Codes) -> Codes:
        """The same lists with padding in place of products that had not been seen."""
        return np.where(products < len(self.buyers), products, np.int32(-1))


def beyond(products: Codes, bought: Purchases, background: Background, k: int = 20) -> dict[str, float]:
    """Metrics of the first k of the lists (L, K) as a whole; `bought` tells what the same customers bought.

    Products that nobody had seen before the cut, which a model knows from the products table, are left out.
    """
    listed = products[:, :k]
    products = background.seen(listed)
    shown = products[products >= 0]
    if len(shown) == 0:
        return {f"coverage_at_{k}": 0.0}
    exposure = np.bincount(shown, minlength=len(background.buyers))
    figures = {
        "coverage": float((exposure > 0).mean()),
        "gini": gini(exposure),
        "popularity_percentile": float(popularity_percentile(background.buyers)[shown].mean()),
        "novelty": float(self_information(background.buyers, background.customers)[shown].mean()),
        "diversity": diversity(products, background),
    }
    if bought.revenue.sum() > 0:
        figures["revenue"] = revenue_share(listed, bought)
    return {f"{name}_at_{k}": value for name, value in figures.items()}


def gini(exposure: Counts) -> float:
    """Gini coefficient of how often each product is shown: 0 all alike, towards 1 a few products only."""
    ordered = np.sort(exposure).astype(np.float64)
    n, total = len(ordered), ordered.sum()
    if total == 0:
        return 0.0
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total))


def popularity_percentile(buyers: Counts) -> Doubles:
    """(P,) share of products with fewer buyers, those with as many counted half: mean one half over all products."""
    ordered = np.sort(buyers)
    below, upto = np.searchsorted(ordered, buyers, "left"), np.searchsorted(ordered, buyers, "right")
    return (below + upto) / (2 * len(buyers))


def self_information(buyers: Counts, customers: int) -> Doubles:
    """(P,) -log2 of the share of customers who bought it, smoothed by one (Zhou et al. 2010; Castells et al. 2015)."""
    return -np.log2((buyers + 1) / (customers + 1))


def diversity(products: Codes, background: Background) -> float:
    """Mean over lists of the mean distance of two of their products (Ziegler et al. 2005).

    Distance is 1 for different categories and 0 for the same; without categories, 1 - cosine of who bought them.
    """
    valid = products >= 0
    pairs = valid.sum(1) * (valid.sum(1) - 1) / 2
    if background.group is not None:
        alike = _same_group(np.where(valid, background.group[products], -1))
    else:
        alike = _cosines(products, valid, background.vectors)
    listed = pairs > 0
    return float((1 - alike[listed] / pairs[listed]).mean()) if listed.any() else 0.0


def revenue_share(products: Codes, bought: Purchases) -> float:
    """Revenue of the products found, over all that these customers spent."""
    found = bought.find(np.broadcast_to(np.arange(len(products))[:, None], products.shape), products)
    return float(bought.revenue[found[found >= 0]].sum() / bought.revenue.sum())


def _same_group(groups: Codes) -> Doubles:
    """(L,) pairs of one list in the same group; -1 is like nothing."""
    ordered = np.sort(groups, axis=1)
    alike = np.zeros(len(groups))
    for apart in range(1, groups.shape[1]):
        same = (ordered[:, apart:] == ordered[:, :-apart]) & (ordered[:, apart:] >= 0)
        alike += same.sum(1)
    return alike


def _cosines(products: Codes, valid: Bools, vectors: csr_array) -> Doubles:
    """(L,) sum over the pairs of a list of the cosine of unit vectors: (|sum v|^2 - sum |v|^2) / 2."""
    rows = np.broadcast_to(np.arange(len(products))[:, None], products.shape)[valid]
    shown = products[valid]
    lists = csr_array((np.ones(len(shown)), (rows, shown)), shape=(len(products), vectors.shape[0]))
    own = np.bincount(rows, np.asarray(vectors.power(2).sum(1))[shown], minlength=len(products))
    total = np.asarray((lists @ vectors).power(2).sum(1))
    return (total - own) / 2


def _buyer_vectors(bought: Purchases, products: int, seed: int) -> csr_array:
    buyers = np.flatnonzero(bought.count)
    if len(buyers) > SAMPLED_CUSTOMERS:
        buyers = np.sort(np.random.default_rng(seed).choice(buyers, SAMPLED_CUSTOMERS, replace=False))
    sample = bought.take(buyers)
    ones = np.ones(len(sample.product))
    vectors = csr_array((ones, sample.product, sample.offsets), shape=(len(buyers), products)).T.tocsr()
    length = np.sqrt(np.maximum(vectors.sum(1), 1))
    return csr_array(diags_array(1 / length) @ vectors)
