"""Fixed: the features that depend on the product alone, worked out once for all products of a market."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Floats
from features.catalogue import Catalogue
from features.history import History
from features.market import Market
from features.pairs import Pairs
from features.registry import REGISTRY
from features.view import View


@dataclass(frozen=True)
class Fixed:
    """K features of P products."""

    place: dict[str, int]  # column of each feature
    table: Floats  # (P, K): what is read of one product lies together

    @classmethod
    def of(cls, catalogue: Catalogue, market: Market) -> Self:
        """By the same functions as everywhere, asked about every product for a customer who does not matter."""
        products = np.arange(len(catalogue), dtype=np.int32)
        pairs = Pairs.of(np.zeros(len(products), np.int32), products)
        view = View(History.empty(1), catalogue, market, pairs, market.time)
        chosen = [feature for feature in REGISTRY.values() if feature.fixed]
        table = np.empty((len(chosen), len(products)), np.float32)
        with np.errstate(divide="ignore", invalid="ignore"):
            for row, feature in zip(table, chosen, strict=True):
                row[:] = feature.compute(view)
        return cls({feature.name: place for place, feature in enumerate(chosen)}, np.ascontiguousarray(table.T))
