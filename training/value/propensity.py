"""Propensity: how likely a customer is to buy within some days."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Bools, Doubles, Floats
from training.booster import Booster
from training.value.boosted import Rows
from training.value.facts import bent
from training.value.logistic import Logistic, chance


@dataclass(frozen=True)
class Propensity:
    """A logistic model that gives the curve beyond what was seen, and trees that correct it where much was seen."""

    line: Logistic
    trees: Booster | None

    @classmethod
    def fit(cls, rows: Rows, bought: Sequence[Bools], *, trees: int) -> tuple[Self, list[Doubles]]:
        """Learn from some windows, the newest first. Returns the model, and each window's own chances."""
        line, start = Logistic.fit(rows.bent, bought)
        booster, logits = None, start
        if trees:
            booster = rows.boosted(np.concatenate(bought), start, objective="binary", trees=trees)
            logits = start + booster.scores(rows.matrix)
        ends = np.cumsum([len(own) for own in bought])[:-1]
        return cls(line, booster), np.split(chance(logits), ends)

    def chances(self, known: Floats, curved: Doubles | None = None) -> Doubles:
        """(K,) for customers with some facts (K, F); `curved` are these as `bent` gives them, where several ask."""
        logits = self.line.logits(bent(known) if curved is None else curved)
        return chance(logits if self.trees is None else logits + self.trees.scores(known))
