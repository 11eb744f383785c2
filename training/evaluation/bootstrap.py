"""Confidence intervals by the percentile bootstrap over customers (Efron & Tibshirani 1993)."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from features.arrays import Doubles

RESAMPLES = 1_000
LEVEL = 0.95
CELLS = 2_000_000  # drawn at a time, which bounds the memory


@dataclass(frozen=True)
class Interval:
    """A mean over customers and where it lies with 95 % confidence."""

    mean: float
    low: float
    high: float


def resampled_means(values: Doubles, *, resamples: int = RESAMPLES, seed: int = 0) -> Doubles:
    """(B, M) means over B resamples of the L customers of `values` (L, M).

    The draws depend on L and the seed alone, so equal calls for two rankings are paired. The sums run in a fixed order
    (a sparse product, no BLAS), so the same seed gives the same digits whatever the number of threads.
    """
    customers = len(values)
    random = np.random.default_rng(seed)
    means = np.empty((resamples, values.shape[1]))
    batch = max(1, CELLS // customers)
    for start in range(0, resamples, batch):
        rows = min(batch, resamples - start)
        drawn = random.integers(customers, size=rows * customers, dtype=np.int32)
        ends = np.arange(rows + 1, dtype=np.int32) * customers
        draws = csr_array((np.ones(len(drawn)), drawn, ends), shape=(rows, customers))
        means[start : start + rows] = (draws @ values) / customers
    return means


def intervals(values: Doubles, *, resamples: int = RESAMPLES, seed: int = 0) -> list[Interval]:
    """The interval of the mean of each column of `values` (L, M)."""
    means = np.ascontiguousarray(values.T).mean(1)  # column by column: the same digits whatever stands beside
    low, high = _ends(resampled_means(values, resamples=resamples, seed=seed))
    return [Interval(*map(float, ends)) for ends in zip(means, low, high, strict=True)]


def paired_difference(first: Doubles, second: Doubles, *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """The interval of the mean of `first - second`, both (L,) over the same customers."""
    return intervals((first - second)[:, None], resamples=resamples, seed=seed)[0]


def paired_ratio(first: Doubles, second: Doubles, *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """The interval of mean(first) / mean(second), both (L,) over the same customers; infinite where the second is 0."""
    both = np.stack([first, second], axis=1)
    means = np.vstack([both.mean(0), resampled_means(both, resamples=resamples, seed=seed)])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = means[:, :1] / means[:, 1:]
    low, high = _ends(np.nan_to_num(ratios[1:], nan=np.inf, posinf=np.inf))
    return Interval(float(ratios[0, 0]), float(low[0]), float(high[0]))


def _ends(means: Doubles) -> tuple[Doubles, Doubles]:
    """The two ends of the interval of each column; order statistics, so that infinite ratios stay infinite."""
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0, method="nearest")
    return low, high
