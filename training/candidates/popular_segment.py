"""Popular by segment: what customers with the same attribute buy, their country above all."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Codes, Counts
from features.profiles import Profiles
from training.candidates.base import Generator, Snapshot
from training.candidates.grouped import decayed_sales, top_lists
from training.candidates.scores import Scores, Shared, best_first
from training.candidates.sparse import Csr
from training.request import Request


@dataclass(frozen=True)
class PopularSegmentConfig:
    """Popularity among customers alike."""

    attribute: str = "country"
    """Column of the customers table; without it the generator names nothing."""
    half_life: float = 28.0
    """Days after which a purchase line counts half."""
    length: int = 500
    """Products kept for each segment."""


class PopularSegment(Generator):
    """Decayed purchase lines of the segment, as shares of all its lines."""

    name = "popular_segment"
    popular: Csr  # (segments, P)
    order: Counts

    def __init__(self, config: PopularSegmentConfig = PopularSegmentConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        segment = self._segment(snapshot.profiles)
        lines = snapshot.history.purchases
        shape = (int(segment.max(initial=-1)) + 1, len(snapshot.catalogue))
        weight = decayed_sales(lines, snapshot.time, self.config.half_life)
        self.popular = top_lists(segment[lines.row], lines.product, weight, shape=shape, length=self.config.length)
        self.order = best_first(self.popular)

    def scores(self, request: Request) -> Scores:
        """The list of each customer's segment."""
        segment = self._segment(request.profiles)
        return Shared(np.where(segment < len(self.popular), segment, -1).astype(np.int32), self.popular, self.order)

    def _segment(self, profiles: Profiles) -> Codes:
        attribute = profiles.attributes.get(self.config.attribute)
        return np.full(len(profiles), -1, np.int32) if attribute is None else attribute.code
