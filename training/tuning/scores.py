"""Scores: what one trial's lists were worth to each customer of each cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from features.arrays import Codes, Doubles
from training.evaluation.bootstrap import Interval, paired_ratio
from training.evaluation.lists import Lists
from training.evaluation.protocol import scores_of
from training.evaluation.truth import Truth

K = 20


@dataclass(frozen=True)
class Scores:
    """NDCG@20 at some cuts, oldest first, each with its own L customers."""

    customers: tuple[Codes, ...]  # (L,) each: numbers in the event log
    ndcg: tuple[Doubles, ...]  # (L,) each

    @classmethod
    def of(cls, lists: Lists, truth: Truth) -> Self:
        """Those of one cut."""
        values = scores_of(lists, truth, "all", (K,)).values[f"ndcg_at_{K}"]
        return cls((truth.customer,), (values,))

    @classmethod
    def joined(cls, parts: Sequence["Scores"]) -> Self:
        """Those of several cuts."""
        return cls(tuple(c for p in parts for c in p.customers), tuple(v for p in parts for v in p.ndcg))

    @classmethod
    def averaged(cls, runs: Sequence["Scores"]) -> Self:
        """The mean of several runs on the same cuts."""
        means = [np.mean(values, axis=0) for values in zip(*(run.ndcg for run in runs), strict=True)]
        return cls(runs[0].customers, tuple(means))

    @property
    def value(self) -> float:
        """What is tuned: the mean over cuts of the mean over customers."""
        return float(np.mean([values.mean() for values in self.ndcg]))

    def gain_over(self, other: "Scores", *, seed: int = 0) -> Interval:
        """By which share `value` is above that of another on the same cuts, with 95 % confidence.

        A customer is drawn with all windows in which it bought: they are not independent of each other.
        """
        ratio = paired_ratio(self.by_customer, other.by_customer, seed=seed)
        return Interval(ratio.mean - 1, ratio.low - 1, ratio.high - 1)

    @property
    def by_customer(self) -> Doubles:
        """(U,) what each customer of any cut adds to the sum over cuts."""
        share = np.concatenate([values / len(values) for values in self.ndcg])
        _, customer = np.unique(np.concatenate(self.customers), return_inverse=True)
        return np.bincount(customer, share).astype(np.float64)

    def save(self, file: Path) -> None:
        """Write them whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        arrays: dict[str, Any] = {f"customers_{i}": values for i, values in enumerate(self.customers)}
        arrays |= {f"ndcg_{i}": values for i, values in enumerate(self.ndcg)}
        with part.open("wb") as out:
            np.savez(out, **arrays)
        part.replace(file)

    @classmethod
    def load(cls, file: Path) -> Self:
        """What `save` wrote."""
        with np.load(file, allow_pickle=False) as arrays:
            cuts = range(len(arrays.files) // 2)
            return cls(tuple(arrays[f"customers_{i}"] for i in cuts), tuple(arrays[f"ndcg_{i}"] for i in cuts))
