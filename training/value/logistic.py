"""Logistic: a linear model of the chance of something, whose level differs from window to window."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Array, Bools, Doubles

STEPS, SETTLED = 12, 1e-6  # of Newton's method: at most, and how little the last one moves any weight
RIDGE = 10.0
FREE = 0.1  # ridge of the levels
FARTHEST = 8.0  # standard deviations from the mean that a column may lie


@dataclass(frozen=True)
class Logistic:
    """Weights of B columns that are scaled to mean 0 and deviation 1, and the level of the newest window."""

    mean: Doubles  # (B,)
    scale: Doubles  # (B,)
    weight: Doubles  # (B,)
    level: float

    @classmethod
    def fit(cls, columns: Sequence[Doubles], labels: Sequence[Bools]) -> tuple[Self, Doubles]:
        """Learn from some windows, the newest first: (K, B) columns and (K,) labels of each.

        What moves all customers of a window alike, such as its season, goes into the window's own level and not into
        the weights. Returns the model, and (N,) the logits of all windows with their own levels.
        """
        whole, label = np.concatenate(columns), np.concatenate(labels)
        mean, scale = whole.mean(axis=0), whole.std(axis=0)
        scale[scale < 1e-9] = 1.0
        scaled = (whole - mean) / scale
        window = np.repeat(np.arange(len(labels)), [len(own) for own in labels])
        design = np.hstack([window[:, None] == np.arange(len(labels)), scaled])
        ridge = np.append(np.full(len(labels), FREE), np.full(whole.shape[1], RIDGE))
        weight = _newton(design, label, ridge)
        own = cls(mean, scale, weight[len(labels) :], float(weight[0]))
        return own, design @ weight

    def logits(self, columns: Doubles) -> Doubles:
        """(K,) at the level of the newest window. Summed row by row: the same whoever else is in the batch."""
        scaled = np.clip((columns - self.mean) / self.scale, -FARTHEST, FARTHEST)
        return np.asarray((scaled * self.weight).sum(axis=1) + self.level)


def chance(logits: Doubles) -> Doubles:
    """The probability that a logit stands for."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0))))


def _newton(design: Array, label: Bools, ridge: Doubles) -> Doubles:
    weight = np.zeros(design.shape[1])
    for _ in range(STEPS):
        found = chance(design @ weight)
        slope = np.maximum(found * (1.0 - found), 1e-5)
        curvature = (design * slope[:, None]).T @ design + np.diag(ridge)
        gradient = design.T @ (found - label) + ridge * weight
        step = np.clip(np.linalg.solve(curvature, gradient), -3.0, 3.0)
        weight -= step
        if np.abs(step).max() < SETTLED:
            break
    return weight
