"""Popular by segment: what customers of the same segment buy: of the same country, or who come by the same channel."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Codes, Counts
from features.catalogue import Catalogue
from features.history import History
from features.profiles import Profiles
from features.segments.behavioural import Basket, Channel, Device, Platform
from features.segments.config import SegmentsConfig
from features.segments.customers import Customers
from features.segments.cuts import Cuts
from features.segments.dimension import Asked, Dimension
from features.segments.facts import Known
from training.candidates.base import Generator, Snapshot
from training.candidates.grouped import decayed_sales, top_lists
from training.candidates.scores import Scores, Shared, best_first
from training.candidates.sparse import Csr
from training.request import Request

BY_EVENTS: tuple[Dimension, ...] = (Channel(), Device(), Platform(), Basket())
"""Segments that no border of a model is needed for."""


@dataclass(frozen=True)
class PopularSegmentConfig:
    """Popularity among customers alike."""

    attribute: str = "country"
    """Column of the customers table, or one of the segments that the events alone tell: `channel`, `device`,
    `platform`, `basket`. Without any the generator names nothing."""
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
        segment = self._segment(snapshot.history, snapshot.profiles, snapshot.time)
        lines = snapshot.history.purchases
        shape = (int(segment.max(initial=-1)) + 1, len(snapshot.catalogue))
        weight = decayed_sales(lines, snapshot.time, self.config.half_life)
        self.popular = top_lists(segment[lines.row], lines.product, weight, shape=shape, length=self.config.length)
        self.order = best_first(self.popular)

    def scores(self, request: Request) -> Scores:
        """The list of each customer's segment."""
        segment = self._segment(request.history, request.profiles, request.context.time)
        return Shared(np.where(segment < len(self.popular), segment, -1).astype(np.int32), self.popular, self.order)

    def _segment(self, history: History, profiles: Profiles, time: int) -> Codes:
        name = self.config.attribute
        if name in profiles.attributes:
            return profiles.attributes[name].code
        dimension = next((plain for plain in BY_EVENTS if plain.name == name), None)
        if dimension is None:
            return np.full(len(profiles), -1, np.int32)
        customers = Customers(history, profiles, Catalogue.empty(), time)
        return dimension.assign(Asked(Known(customers), Cuts.unknown(), SegmentsConfig()))
