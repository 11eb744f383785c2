"""Spending: what a customer is expected to spend within the horizon.

The expectation begins from what is known without any learning: the chance of a purchase, times the orders of one who
buys, times the mean of the customer's orders, which is pulled to that of the shop. Trees (Tweedie's deviance) learn by
what factor that errs. Each window has a level of its own, so that trees learn what tells customers apart and not what
season it was; the level of the newest window counts for the future, moved half way to that of the last half horizon.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from features.arrays import Doubles, Floats
from training.booster import Booster
from training.value.boosted import Rows
from training.value.facts import HALVES, NAMES

PULLED = 12.0  # orders of a mean customer that the mean of a customer's own orders is joined with
PRIOR_ORDERS, PRIOR_TIME = 0.05, 0.1  # of a rate of orders: so many, in so many horizons
MEMORY = "four"  # of `HALVES`


@dataclass(frozen=True)
class Spending:
    """Trees over a start that is worked out."""

    usual: float  # mean order of the shop
    level: float  # logarithm of the factor between the start and what was spent in the newest window
    trees: Booster | None

    @classmethod
    def fit(cls, rows: Rows, chances: Sequence[Doubles], spent: Sequence[Doubles], *, trees: int) -> Self:
        """Learn from some windows, the newest first: facts, chances (K,) of a purchase and spend (K,) of each. The
        newest window has purchases."""
        known = rows.known
        usual = float(_fact(known[0], "spend").sum() / _fact(known[0], "orders").sum())
        first = cls(usual, 0.0, None)
        starts = [first.log_start(own, chance) for own, chance in zip(known, chances, strict=True)]
        levels = [
            float(np.log(max(own.sum(), 1e-9) / np.exp(start).sum())) for own, start in zip(spent, starts, strict=True)
        ]
        if not trees:
            return replace(first, level=levels[0])
        start = np.concatenate([own + level for own, level in zip(starts, levels, strict=True)])
        unit = max(float(np.concatenate(spent).mean()), 1e-9)
        label = np.concatenate(spent) / unit
        booster = rows.boosted(label, start - np.log(unit), objective="tweedie", trees=trees // 2)
        grown = cls(usual, levels[0], booster)
        return grown.moved(float(spent[0].sum() / grown.expected(known[0], chances[0]).sum()))

    def log_start(self, known: Floats, chances: Doubles) -> Doubles:
        """(K,) logarithm of the expectation before anything is learned."""
        half, orders = HALVES[MEMORY], _fact(known, "orders")
        forgotten = np.exp2(-_fact(known, "tenure") / half)
        time = (1.0 - forgotten) * half / np.log(2.0)
        rate = (np.maximum(_fact(known, f"orders_{MEMORY}") - forgotten, 0.0) + PRIOR_ORDERS) / (time + PRIOR_TIME)
        mean = (_fact(known, "spend") + PULLED * self.usual) / (orders + PULLED)
        ordered = rate / -np.expm1(-rate)  # orders of one who orders, at random times of that rate
        return np.asarray(np.log(np.maximum(chances * ordered * mean, 1e-9)))

    def expected(self, known: Floats, chances: Doubles) -> Doubles:
        """(K,) spend within the horizon, in the shop's currency."""
        logs = self.log_start(known, chances) + self.level
        return np.asarray(np.exp(logs if self.trees is None else logs + self.trees.scores(known)))

    def moved(self, factor: float) -> Self:
        """The same with all expectations multiplied."""
        return replace(self, level=self.level + float(np.log(factor)))


def _fact(known: Floats, name: str) -> Doubles:
    return known[:, NAMES.index(name)].astype(np.float64)
