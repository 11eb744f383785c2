"""Seen together: what goes with the products of the visit that is under way, from earlier visits."""

from dataclasses import dataclass

import numpy as np

from features.arrays import DAY, Codes, lengths_of, offsets_of
from features.history import History
from features.kinds import Kind
from features.visit import LOOKS, touched_together
from training.candidates.base import Generator, Snapshot
from training.candidates.change import Change
from training.candidates.sampling import affordable
from training.candidates.scores import Scores
from training.candidates.sparse import Csr
from training.candidates.spread import spread
from training.candidates.walk import walk
from training.request import Request

_KINDS = np.arange(max(Kind) + 1)
_LOOKING = np.isin(_KINDS, LOOKS)


@dataclass(frozen=True)
class SeenConfig:
    """Pairs of products in one visit, each visit counting the same however long."""

    neighbours: int = 50
    """Kept for each product."""
    beta: float = 0.5
    """Power of the popularity that a product is divided by."""
    half_life: float = 90.0
    """Days after which a visit counts half."""
    fading: float = 0.8
    """What a product of the visit counts against the one that was touched after it."""
    most: int = 50
    """Products learned from per visit."""
    budget: int = 150_000_000
    """Pairs of products within visits; above it visits are sampled."""
    seed: int = 1
    """Of that sample."""


class Seen(Generator):
    """A product's score is the sum over the products of the visit of their weight x the chance to come from one to the
    other over a visit of somebody's. It says nothing where the shop's log knows purchases alone."""

    name = "seen"
    in_hand = True
    similar: Csr  # (P, P)

    def __init__(self, config: SeenConfig = SeenConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        self.similar = self._similar(snapshot, None)

    def update(self, snapshot: Snapshot, previous: Generator, change: Change) -> None:
        """Only the products whose sales grew get new neighbours."""
        if not isinstance(previous, Seen):
            self.fit(snapshot)
            return
        self.similar = previous.similar.with_rows(change.grown, self._similar(snapshot, change.grown))

    def _similar(self, snapshot: Snapshot, rows: Codes | None) -> Csr:
        config, width = self.config, len(snapshot.catalogue)
        if not _LOOKING[snapshot.history.kind].any():
            return Csr.empty(width if rows is None else len(rows), width)
        visits = _visits(snapshot.history, snapshot.time, width, config.half_life)
        visits = affordable(visits.heaviest(config.most), config.budget, config.seed)
        return walk(visits, alpha=1.0, beta=config.beta, neighbours=config.neighbours, rows=rows)

    def scores(self, request: Request) -> Scores:
        """Sums over what was touched in the visit."""
        width = len(self.similar)
        if not len(self.similar.index):
            return Csr.empty(len(request), width)
        touched = _touched(request, width, self.config.fading)
        return spread(touched, self.similar) if len(touched.index) else Csr.empty(len(request), width)


def _visits(history: History, time: int, width: int, half_life: float) -> Csr:
    """(visits, P) the products of each visit with two or more, weighted by the visit's age."""
    offsets, product, first = touched_together(history)
    weight = np.exp2((first - time) / (DAY * half_life))
    return Csr(offsets, product, weight.repeat(lengths_of(offsets)), width)


def _touched(request: Request, width: int, fading: float) -> Csr:
    """(R, P) what was touched in the visit, the latest weighing 1; each product counts once, for its last time."""
    visits = request.visits
    row = np.repeat(np.arange(len(request)), np.diff(visits.offsets))
    place = np.arange(len(row)) - visits.offsets[:-1][row]
    behind = np.diff(visits.offsets)[row] - 1 - place
    keys, last = np.unique((row * width + visits.product)[::-1], return_index=True)
    row, product = np.divmod(keys, width)
    weight = fading ** behind[::-1][last].astype(np.float64)
    return Csr(offsets_of(row, len(request)), product.astype(np.int32), weight, width)
