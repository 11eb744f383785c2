"""Fading: what customers were shown often and passed by, as the exposure log tells it.

A thread follows the log, of all workers. Answers ask for a mark, a look into a dictionary, and those whose mark says
that something faded leave the lists that are ready for one of their own, which is then ready as well.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from features.errors import EsnafError
from features.kinds import Kind
from features.logs import log as told
from serving.fading.config import FadingConfig
from serving.fading.follower import Follower
from serving.fading.memory import Memory
from training.query import Query
from training.recommender import Recommender

if TYPE_CHECKING:
    from features.exposures.log import ExposureLog

NOTICED = (Kind.VIEW, Kind.CLICK, Kind.WISHLIST, Kind.ADD_TO_CART, Kind.PURCHASE)


class Fading:
    """Of one worker, whatever model answers."""

    def __init__(self, config: FadingConfig) -> None:
        self._memory = Memory(config)
        self._follower = Follower(self._memory, config) if config.enabled else None

    @property
    def marks(self) -> Mapping[str, int]:
        """By customer (`anon:ID` for a visitor): changes when something fades or comes back, never 0."""
        return self._memory.marks

    def look(self, log: "ExposureLog", now: int) -> None:
        """Take up what was shown since the last look; from one thread. Raises StoreUnavailable and StoreBusy."""
        if self._follower is None:
            return
        try:
            self._follower.look(log, now)
        except EsnafError:
            raise
        except Exception as error:  # noqa: BLE001  # what the log holds may stop neither answers nor the log
            self._follower = None
            told.error("fading.failed", reason=type(error).__name__)

    def of(self, customer: str, query: Query, model: Recommender, now: int) -> Mapping[str, float]:
        """What is taken off the scores of products that somebody was shown under an id, and whose deeds the query has
        and the model."""
        return self._memory.faded(customer, now, _Notices(query, model))


class _Notices:
    """When a customer last took notice of a product."""

    def __init__(self, query: Query, model: Recommender) -> None:
        self._query, self._products = query, model.products
        row = model.questions.index(query.customer_id or "")
        history = model.history.take(np.array([row]))
        self._history = history.only(np.isin(history.kind, NOTICED))

    def __call__(self, product_id: str) -> int:
        """Seconds since the epoch, UTC; -1 for never."""
        index = self._products.index(product_id)
        before = self._history.time[self._history.product == index] if index >= 0 else self._history.time[:0]
        recent = (deed.time for deed in self._query.recent if deed.product_id == product_id and deed.kind in NOTICED)
        return max((int(before.max(initial=-1)), *recent))
