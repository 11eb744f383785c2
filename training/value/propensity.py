"""Propensity: how likely a customer is to buy within some days."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Bools, Doubles, Floats
from training.booster import Booster
from training.value.boosted import boosted
from training.value.facts import bent
from training.value.logistic import Logistic, chance


@dataclass(frozen=True)
class Propensity:
    """A logistic model that gives the curve beyond what was seen, and trees that correct it where much was seen."""

    line: Logistic
    trees: Booster | None

    @classmethod
    def fit(
        cls, known: Sequence[Floats], bought: Sequence[Bools], *, trees: int, seed: int
    ) -> tuple[Self, list[Doubles]]:
        """Learn from some windows, the newest first. Returns the model, and each window's own chances."""
        line, start = Logistic.fit([bent(own) for own in known], bought)
        booster, logits = None, start
        if trees:
            matrix, label = np.concatenate(known), np.concatenate(bought)
            booster = boosted(matrix, label, start, objective="binary", trees=trees, seed=seed)
            logits = start + booster.scores(matrix)
        ends = np.cumsum([len(own) for own in bought])[:-1]
        return cls(line, booster), np.split(chance(logits), ends)

    def chances(self, known: Floats) -> Doubles:
        """(K,) for customers with some facts (K, F)."""
        logits = self.line.logits(bent(known))
        return chance(logits if self.trees is None else logits + self.trees.scores(known))
