"""Mixture: groups of customers who have to do with the same terms, beside what everybody has to do with.

Each customer belongs to one of K groups, and each thing they touch comes either from the group's own distribution of
terms or from a background that all share: household goods that everybody buys tell nothing of taste. A mixture of
multinomials with a common component, fitted by expectation maximisation (dempster1977maximum, zhai2001model).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from features.arrays import Array, Doubles
from training.candidates.blas import one_blas_thread

BACKGROUND = 0.5  # share of what is touched that everybody touches
STARTS, ROUNDS, WARM = 3, 15, 2
SMOOTH = 0.1  # of the background in a group's own distribution, in things touched
SEED_COUNT = 5.0  # things of the background that a first customer of a group counts beside their own


@dataclass(frozen=True)
class Mixture:
    """K groups over T terms."""

    own: Doubles  # (K, T) what is a group's own; rows sum to 1
    background: Doubles  # (T,)
    share: Doubles  # (K,) of the customers

    @classmethod
    def fit(cls, counts: Doubles, groups: int, *, seed: int, start: "Mixture | None" = None) -> Self:
        """Learn from the counts of some customers (n, T), from a start or from several random ones."""
        overall = counts.sum(axis=0) + 1e-3
        overall /= overall.sum()
        with one_blas_thread():
            if start is not None:
                return cls._climbed(counts, start, WARM)[1]
            random = np.random.default_rng(seed)
            starts = [cls._drawn(counts, overall, groups, random) for _ in range(STARTS)]
            return max((cls._climbed(counts, s, ROUNDS) for s in starts), key=lambda found: found[0])[1]

    @classmethod
    def _drawn(cls, counts: Doubles, overall: Doubles, groups: int, random: np.random.Generator) -> Self:
        """Customers unlike each other, each the first of a group (arthur2007kmeans)."""
        total = counts.sum(axis=1)
        able = np.flatnonzero(total >= np.median(total))
        shape = counts[able] / np.maximum(total[able, None], 1e-9) / np.sqrt(overall)
        shape /= np.maximum(np.linalg.norm(shape, axis=1, keepdims=True), 1e-12)
        chosen = [int(random.integers(len(able)))]
        while len(chosen) < groups:
            far = np.maximum(1.0 - (shape @ shape[chosen].T).max(axis=1), 0.0) ** 2 + 1e-12
            chosen.append(int(random.choice(len(able), p=far / far.sum())))
        own = counts[able[chosen]] + SEED_COUNT * overall
        return cls(own / own.sum(axis=1, keepdims=True), overall, np.full(groups, 1.0 / groups))

    @classmethod
    def _climbed(cls, counts: Doubles, start: "Mixture", rounds: int) -> tuple[float, Self]:
        own, background, share = start.own, start.background, start.share
        likelihood = -np.inf
        for _ in range(rounds):
            found = cls(own, background, share)
            belongs, likelihood = found._belonging(counts)
            touched = belongs.T @ counts  # (K, T)
            mine = (1.0 - BACKGROUND) * own / found.mixed
            own = touched * mine + SMOOTH * background
            own /= own.sum(axis=1, keepdims=True)
            background = (touched * (1.0 - mine)).sum(axis=0) + 1e-3
            background /= background.sum()
            share = belongs.sum(axis=0) + 1.0
            share /= share.sum()
        return likelihood, cls(own, background, share)

    @property
    def mixed(self) -> Doubles:
        """(K, T) how likely each term is in each group."""
        return BACKGROUND * self.background + (1.0 - BACKGROUND) * self.own

    @cached_property
    def logs(self) -> Doubles:
        """(K, T) logs of that."""
        return np.log(self.mixed)

    def _belonging(self, counts: Doubles) -> tuple[Doubles, float]:
        """(n, K) how likely each customer is in each group; and the log likelihood of all."""
        score = counts @ self.logs.T + np.log(self.share)
        top = score.max(axis=1, keepdims=True)
        weight = np.exp(score - top)
        total = weight.sum(axis=1, keepdims=True)
        return weight / total, float((np.log(total) + top).sum())

    def take(self, groups: Array) -> "Mixture":
        """Some groups, in that order."""
        return Mixture(self.own[groups], self.background, self.share[groups] / self.share[groups].sum())

    def distinct(self) -> Doubles:
        """(K, T) by how much each term tells a group from the background."""
        return self.own * np.log(self.own / np.maximum(self.background, 1e-9))
