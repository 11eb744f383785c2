"""Demand: which product is looked at next, given an interest and a moment."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.assortment import STYLES, Assortment
from esnaf.simulation.categories import CATEGORIES
from esnaf.simulation.clock import Clock, season
from esnaf.simulation.interests import category_weights
from esnaf.simulation.parameters import Parameters
from features.arrays import DAY, Array, Bools, Codes, Doubles, Floats, Offsets, Times

PERIOD = 14 * DAY
"""Popularity, season and promotions change in steps of this length."""
_PROMOTION_PULL = 1.8
_NOVELTY_PULL = 0.8


@dataclass(frozen=True)
class Demand:
    """Distributions over P products for K interests (gifts and household goods among them) and T periods.

    `heap` holds all of them one after the other as one ascending array: the row of interest k in period t ends at
    k * T + t + 1, so that one binary search draws from any of them.
    """

    offsets: Offsets  # (G + 1,) products of each category
    starts: Times  # (T,)
    heap: Doubles  # (K * T, P)
    discount: Floats  # (T, P) part of the price taken off
    style: Floats  # (K, STYLES) what each interest likes

    @classmethod
    def draw(cls, parameters: Parameters, clock: Clock, assortment: Assortment, *, rng: Generator) -> Self:
        """Draw how demand goes over the log."""
        starts = np.arange(clock.start, clock.end, PERIOD)
        K = len(category_weights())
        style = rng.normal(0, 1, (K, STYLES))
        style[-2:] = 0  # gifts and household goods have no style of their own
        discount = np.where(
            rng.random((len(starts), len(assortment))) < parameters.promotion_share,
            np.round(rng.uniform(0.1, 0.3, (len(starts), len(assortment))), 1),
            0.0,
        )
        appeal = _appeal(parameters, assortment, starts, rng=rng) + np.log(_PROMOTION_PULL) * (discount > 0)
        sold = _sold(assortment, starts)
        seasons = season(starts, np.array([category.peak for category in CATEGORIES]))
        heap = np.empty((K, len(starts), len(assortment)))
        for k, weights in enumerate(category_weights()):
            taste = np.exp(appeal + 0.45 * (assortment.style @ style[k])) * sold
            total = np.add.reduceat(taste, assortment.offsets[:-1], axis=1)
            share = np.divide(weights * seasons, total, out=np.zeros_like(total), where=total > 0)
            np.cumsum(taste * share[:, assortment.category], axis=1, out=heap[k])
        heap /= heap[:, :, -1:]
        heap += np.arange(K * len(starts)).reshape(K, len(starts), 1)
        flat = heap.reshape(K * len(starts), len(assortment))
        return cls(assortment.offsets, starts, flat, discount.astype(np.float32), style.astype(np.float32))

    def product(self, interest: Array, time: Array, rng: Generator) -> Codes:
        """(N,) a product of any category for each interest and moment."""
        row = self._row(interest, time)
        return self._search(row + rng.random(len(row)), row)

    def alternative(self, interest: Array, category: Array, time: Array, *, rng: Generator) -> Codes:
        """(N,) a product of the given category, -1 where none of it is sold at that moment."""
        row = self._row(interest, time)
        begin, end = self.offsets[category], self.offsets[category + 1]
        low = np.where(begin == 0, row, self.heap[row, begin - 1])
        high = self.heap[row, end - 1]
        at = np.minimum(low + rng.random(len(row)) * (high - low), np.nextafter(high, low))
        return np.where(high > low, np.clip(self._search(at, row), begin, end - 1), -1).astype(np.int32)

    def shares(self, time: int) -> Doubles:
        """(K, P) what share of each interest's looks goes to each product at a moment."""
        rows = self._row(np.arange(len(self.style)), np.array([time]))
        return np.asarray(np.diff(self.heap[rows], axis=1, prepend=rows[:, None]))

    def price_factor(self, product: Array, time: Array) -> Floats:
        """(N,) 1 less the promotion's discount at that moment."""
        factor: Floats = 1 - self.discount[self._period(time), product]
        return factor

    def _period(self, time: Array) -> Array:
        return np.asarray(np.clip((time - self.starts[0]) // PERIOD, 0, len(self.starts) - 1))

    def _row(self, interest: Array, time: Array) -> Array:
        return interest * len(self.starts) + self._period(time)

    def _search(self, at: Doubles, row: Array) -> Codes:
        P = self.heap.shape[1]
        by = np.argsort(at)  # neighbours in the heap are found one after the other: several times as fast
        found = np.empty(len(at), np.int64)
        found[by] = np.searchsorted(self.heap.reshape(-1), at[by], side="right")
        found -= row * P
        return np.asarray(np.minimum(found, P - 1), np.int32)


def _appeal(parameters: Parameters, assortment: Assortment, starts: Times, *, rng: Generator) -> Doubles:
    """(T, P) log popularity: a random walk that comes back, and the charm of what is new."""
    appeal = np.empty((len(starts), len(assortment)))
    walk = np.zeros(len(assortment))
    for t in range(len(starts)):
        appeal[t] = walk
        walk = parameters.drift_return * walk + rng.normal(0, parameters.drift_spread, len(assortment))
    age = (starts[:, None] - assortment.launched) / DAY
    novelty = _NOVELTY_PULL * np.exp(-np.maximum(age, 0) / 30)
    return np.asarray(appeal + assortment.appeal + novelty)


def _sold(assortment: Assortment, starts: Times) -> Bools:
    """(T, P) sold over the whole period."""
    return (assortment.launched <= starts[:, None]) & (assortment.withdrawn >= starts[:, None] + PERIOD)
