"""Difference: one figure of two models on the same customers."""

from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from scipy.special import stdtrit

from features.arrays import Doubles
from training.evaluation.bootstrap import LEVEL, Interval, intervals

Outcome: TypeAlias = Literal["better", "worse", "no difference"]

DRAWS = 5_000_000  # customers drawn for one interval, at most: what many customers cost is bounded
FEWEST, MOST = 200, 2_000  # resamples


@dataclass(frozen=True)
class Difference:
    """A mean over customers, for the first and the second of two models."""

    customers: int
    first: float
    second: float
    interval: Interval  # of second - first, customer by customer, with 95 % confidence
    margin: float  # a smaller difference does not matter, in the figure's own unit

    @classmethod
    def of(cls, first: Doubles, second: Doubles, *, margin: float, looks: int = 1, seed: int = 0) -> list[Self]:
        """From each customer's values of M figures, both (L, M) with L > 0; `margin` is a share of the first's mean.

        The interval is that of a paired bootstrap. Where a figure is one of several `looks`, slices of the same
        customers say, it is wider, so that all of them hold together.
        """
        apart = second - first
        resamples = min(MOST, max(FEWEST, DRAWS // len(first)))
        found = held_together(apart, looks) if looks > 1 else intervals(apart, resamples=resamples, seed=seed)
        ones, others = (np.ascontiguousarray(values.T).mean(1).tolist() for values in (first, second))
        means = zip(ones, others, found, strict=True)
        return [cls(len(first), one, other, interval, margin * abs(one)) for one, other, interval in means]

    @property
    def verdict(self) -> Outcome:
        """Of the second model: only what lies outside the margin with its whole interval is a difference."""
        if self.interval.low > self.margin:
            return "better"
        return "worse" if self.interval.high < -self.margin else "no difference"

    @property
    def relative(self) -> Interval | None:
        """The interval as shares of the first model's figure, None where that is 0."""
        if self.first == 0:
            return None
        return Interval(*(value / self.first for value in (self.interval.mean, self.interval.low, self.interval.high)))

    @property
    def values(self) -> dict[str, Any]:
        """As plain values."""
        own = {"customers": self.customers, "first": self.first, "second": self.second, "margin": self.margin}
        ends = {"difference": self.interval.mean, "low": self.interval.low, "high": self.interval.high}
        return own | ends | {"verdict": self.verdict}

    @property
    def text(self) -> str:
        """`0.4123 against 0.4101: +0.5 % (95 % -0.3 % to +1.3 %), no difference`."""
        figures = f"{self.second:.4f} against {self.first:.4f}"
        if (share := self.relative) is None:
            return f"{figures}, {self.verdict}"
        low, high = (f"{100 * end:+.1f} %" for end in (share.low, share.high))
        return f"{figures}: {100 * share.mean:+.1f} % (95 % {low} to {high}), {self.verdict}"


def held_together(values: Doubles, looks: int) -> list[Interval]:
    """Intervals of the means of the columns of (L, M), of `looks` that hold at once: Student's t at the level that
    Bonferroni's inequality asks for (dunn1961multiple). Tails as far out as that would take many resamples."""
    size, columns = len(values), np.ascontiguousarray(values.T)
    means, spread = columns.mean(1), columns.std(1, ddof=min(1, size - 1)) / np.sqrt(size)
    reach = stdtrit(max(size - 1, 1), 1 - (1 - LEVEL) / (2 * looks)) * spread
    return [Interval(*map(float, ends)) for ends in zip(means, means - reach, means + reach, strict=True)]
