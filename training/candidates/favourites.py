"""Favourites: what is popular in the categories and from the brands that the customer likes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.arrays import Codes, Counts
from features.interests.affinity import codes_of
from features.interests.names import Level
from training.candidates.affinity import affinity
from training.candidates.base import Generator, Snapshot
from training.candidates.grouped import decayed_sales, top_lists
from training.candidates.scores import Scores, Shared, best_first
from training.candidates.sparse import Csr
from training.candidates.spread import spread
from training.request import Request


@dataclass(frozen=True)
class FavouritesConfig:
    """A product's score is the customer's affinity with its group x its share of the group's sales."""

    half_life: float = 90.0
    """Days after which what the customer did counts half."""
    sales_half_life: float = 28.0
    """Days after which a sale counts half for a product's share."""
    length: int = 100
    """Products kept for each group."""
    most: int = 20
    """Groups followed per customer."""


class _Favourites(Generator):
    """The same for any level of the catalogue."""

    level: ClassVar[Level]
    group: Codes  # (P,)
    popular: Csr  # (groups, P)

    def __init__(self, config: FavouritesConfig = FavouritesConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        self.group, groups = codes_of(snapshot.catalogue, self.level)
        lines = snapshot.history.purchases
        weight = decayed_sales(lines, snapshot.time, self.config.sales_half_life)
        shape = (groups, len(snapshot.catalogue))
        self.popular = top_lists(
            self.group[lines.product], lines.product, weight, shape=shape, length=self.config.length
        )

    def scores(self, request: Request) -> Scores:
        """Sums over the customer's groups."""
        if not len(self.popular):
            return Csr.empty(len(request), self.popular.width)
        return spread(self._affinity(request).heaviest(self.config.most), self.popular)

    def _affinity(self, request: Request) -> Csr:
        return affinity(request, self.level, code=self.group, groups=len(self.popular), half_life=self.config.half_life)


class SameCategory(_Favourites):
    """By category, the whole path."""

    name = "same_category"
    level = "category"


class SameBrand(_Favourites):
    """By brand."""

    name = "same_brand"
    level = "brand"


class PopularCategory(_Favourites):
    """Popular in the customer's favourite department alone."""

    name = "popular_category"
    level = "department"
    order: Counts

    def __init__(self, config: FavouritesConfig = FavouritesConfig(length=500)) -> None:
        super().__init__(config)

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        super().fit(snapshot)
        self.order = best_first(self.popular)

    def scores(self, request: Request) -> Scores:
        """The list of the favourite department."""
        best = self._affinity(request).heaviest(1)
        favourite = np.full(len(request), -1, np.int32)
        favourite[best.row] = best.index
        return Shared(favourite, self.popular, self.order)
