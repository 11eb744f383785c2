"""Mix: the first places shared among products that are unlike, by maximal marginal relevance (carbonell1998mmr).

One place after the other goes to the product with the greatest (1 - strength) x relevance - strength x likeness, its
likeness being that to the most similar product taken before. Relevance is the score, 0 for the lowest of the products
looked at and 1 for the highest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Codes, Doubles
from serving.policy.draft import Draft
from serving.policy.likeness import Likeness


@dataclass(frozen=True)
class Mix:
    """A diversity rule for one model."""

    likeness: Sequence[Likeness]
    strength: float
    top: int
    among: int

    def fill(
        self, draft: Draft, product: Codes, value: Doubles, score: Doubles, source: Codes, *, before: Sequence[int]
    ) -> None:
        """Take the first products of a list from M that are ordered by `value` (M,), variants of one product once;
        those `before` have their places already."""
        product, value = product[: self.among], value[: self.among]
        alike = [kind.among(product) for kind in self.likeness]
        gain = (1 - self.strength) * _relevance(value)
        nearest = np.zeros(len(product))
        for one in before:
            for like in alike:
                np.maximum(nearest, like(one), out=nearest)
        gain[~draft.open(product) | np.isin(product, np.array(before, np.int32))] = -np.inf
        for _ in range(min(self.top - len(before), draft.room, len(product))):
            best = int((gain - self.strength * nearest).argmax())
            if gain[best] == -np.inf:
                return
            chosen = int(product[best])
            draft.take(chosen, float(score[best]), int(source[best]))
            for like in alike:
                np.maximum(nearest, like(chosen), out=nearest)
            gain[best] = -np.inf
            for limit, group in draft.filled(chosen):
                gain[limit.group[product] == group] = -np.inf


def _relevance(value: Doubles) -> Doubles:
    low, high = value.min(initial=np.inf), value.max(initial=-np.inf)
    return (value - low) / (high - low) if high > low else np.zeros(len(value))
