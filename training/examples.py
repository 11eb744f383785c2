"""Examples: what the ranker learns from, one past label window at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import DAY, Bools, Codes, Counts, Doubles, Floats, elements_of
from features.context import Context
from features.eventlog import EventLog
from features.matrix import feature_matrix
from features.profiles import Profiles
from features.segments.foretold import Foretell, nothing
from training.candidates.base import Snapshot
from training.candidates.propose import rows_at_once
from training.config import RankerConfig, TrainingConfig
from training.labels import Labels
from training.pool import Pool, Source
from training.request import Request

MOST_AT_ONCE = 1_000  # customers whose candidates are held together
FEWEST, MOST = 3, 20  # bought products of a customer that negatives are sampled for, at least and at most


@dataclass(frozen=True)
class Examples:
    """M pairs of Q customers: every candidate that was bought, and a sample of those that were not."""

    names: tuple[str, ...]  # (F,) features
    matrix: Floats  # (M, F)
    gain: Doubles  # (M,) 0 for what was not bought
    group: Counts  # (Q,) pairs of each customer
    found: int  # labels that some generator named
    lost: int  # labels that none did; they cannot be learned from
    unseen: int  # products first seen in the window, which are no labels

    @classmethod
    def joined(cls, parts: Sequence["Examples"]) -> Self:
        """The examples of several windows."""
        return cls(
            parts[0].names,
            np.concatenate([p.matrix for p in parts]),
            np.concatenate([p.gain for p in parts]),
            np.concatenate([p.group for p in parts]),
            sum(p.found for p in parts),
            sum(p.lost for p in parts),
            sum(p.unseen for p in parts),
        )


@dataclass(frozen=True)
class Window:
    """One label window: a snapshot before it, generators fitted on that, and what followed."""

    snapshot: Snapshot
    sources: Sequence[Source]
    log: EventLog
    profiles: Profiles  # C customers of the log
    foretell: Foretell = nothing  # what was foretold of customers by then

    def examples(self, names: Sequence[str], training: TrainingConfig, ranker: RankerConfig, *, most: int) -> Examples:
        """The examples of at most `most` customers, sampled with the seed and the window's time.

        Customers who come for the first time are asked about as the strangers they were.
        """
        start = self.snapshot.time
        after = self.log.window(start, start + training.horizon * DAY)
        labels = Labels.of(after, self.snapshot.catalogue, self.snapshot.market, training)
        random = np.random.default_rng([training.seed, start])
        customers = np.flatnonzero(np.diff(labels.offsets)).astype(np.int32)
        if len(customers) > most:
            customers = np.sort(random.choice(customers, most, replace=False))
        size = min(MOST_AT_ONCE, rows_at_once(len(self.snapshot.catalogue)))
        parts = [
            self._part(customers[i : i + size], labels, names, ranker.negatives, random)
            for i in range(0, max(1, len(customers)), size)
        ]
        return Examples.joined(parts)

    def request(self, customers: Codes) -> Request:
        """Customers of the log as they were known just before the window."""
        known = np.where(customers < len(self.snapshot.history), customers, -1).astype(np.int32)
        context = Context.at(self.snapshot.time, len(customers))
        profiles = self.profiles.take(customers).until(self.snapshot.time, known >= 0)
        return Request(known, self.snapshot.history.take(known), profiles, context)

    def _part(
        self, customers: Codes, labels: Labels, names: Sequence[str], negatives: int, random: np.random.Generator
    ) -> Examples:
        request = self.request(customers)
        pool = Pool.gather(self.sources, request)
        gain = labels.find(customers[pool.row], pool.product)
        wanted = len(elements_of(labels.offsets, customers)[1])
        chosen = np.flatnonzero(_sampled(gain > 0, pool.row, len(customers), negatives, random)).astype(np.int32)
        pairs = pool.pairs(chosen)
        matrix = feature_matrix(
            request.history,
            self.snapshot.catalogue,
            self.snapshot.market,
            pairs,
            self.snapshot.time,
            profiles=request.profiles,
            context=request.context,
            names=names,
            foretold=self.foretell(request.history, self.snapshot.time),
        )
        group = np.bincount(pairs.customer, minlength=len(customers))
        found, unseen = int((gain > 0).sum()), int(labels.unseen[customers].sum())
        return Examples(tuple(names), matrix, gain[chosen], group[group > 0], found, wanted - found, unseen)


def _sampled(positive: Bools, row: Codes, rows: int, negatives: int, random: np.random.Generator) -> Bools:
    """All positives and about `negatives` others for each; customers without a positive teach nothing of order."""
    positives = np.bincount(row, positive, minlength=rows)
    others = np.bincount(row, minlength=rows) - positives
    share = np.clip(positives, FEWEST, MOST) * negatives / np.maximum(others, 1)
    chosen: Bools = (positives[row] > 0) & (positive | (random.random(len(row)) < share[row]))
    return chosen
