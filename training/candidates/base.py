"""The one protocol of all generators, and what they learn from."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np

from features import _kernels
from features.arrays import NO_TIME, Bools
from features.catalogue import Catalogue
from features.history import History
from features.market import Market
from features.profiles import Profiles
from training.bought import Bought
from training.candidates.change import Change
from training.candidates.scores import Scores
from training.request import Request


@dataclass(frozen=True)
class Snapshot:
    """What a generator may learn from: everything as of `time`, nothing after it."""

    time: int  # seconds since the epoch, UTC
    history: History  # C customers
    catalogue: Catalogue  # P products, those without a sale among them
    market: Market  # P products, as of `time`
    profiles: Profiles  # C customers

    @cached_property
    def bought(self) -> Bought:
        """What each customer bought, worked out once for all generators."""
        return Bought.of(self.history)

    @cached_property
    def existing(self) -> Bools:
        """(P,) products that somebody had to do with, or that were created before the moment."""
        seen = _kernels.counts(np.ascontiguousarray(self.history.product), len(self.catalogue))[1:] > 0
        created: Bools = (self.catalogue.created != NO_TIME) & (self.catalogue.created <= self.time)
        return seen | created


class Generator(Protocol):
    """A source of candidates. What all have in common (top-k, look-ups, saving) is done outside.

    A generator is made with its configuration alone (`config`, a frozen dataclass) and declares what it learns as
    annotated arrays (`item_factors: Doubles`) or `Csr` matrices; these are what is saved, and nothing else is.
    """

    name: str
    repeats: ClassVar[bool] = False
    """Whether it may name products that the customer has bought; `scores` may always rate them."""
    in_hand: ClassVar[bool] = False
    """Whether it speaks only of a basket in hand or a product on the page. Label windows have neither, so it is not
    fitted for them."""

    def fit(self, snapshot: Snapshot, previous: "Generator | None" = None) -> None:
        """Learn. `previous`, a fitted generator of an earlier snapshot, may be a warm start."""

    def update(self, snapshot: Snapshot, previous: "Generator", change: Change) -> None:
        """Learn what changed since `previous`, a generator of the same kind and settings, was fitted or updated.

        Fitting again is always right, and what a generator does that has nothing faster. Who updates only the rows of
        what changed leaves in the others the weights of the last time they did.
        """
        self.fit(snapshot)  # not warm: customers may have moved

    def scores(self, request: Request) -> Scores:
        """Rate products for R customers. A row's scores may not depend on the other rows, to the last bit."""
        raise NotImplementedError
