"""Runs: stretches of rows that move together from one log into another."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Array, Counts, Offsets


@dataclass(frozen=True)
class Runs:
    """Stretches of rows that stay together: few, and moving them is cheaper than moving every row by itself."""

    before: int  # rows of the old log; a source from there on is among the others
    source: Counts  # (R,) where each stretch begins
    target: Offsets  # (R + 1,) and where it goes

    @classmethod
    def of(cls, before: int, start: Counts, offsets: Offsets) -> Self:
        """Customers whose rows begin at `start` (W,) go to `offsets` (W + 1,)."""
        there = np.flatnonzero(np.diff(offsets))
        shift = start[there] - offsets[there]
        heads = there[np.append(True, (np.diff(shift) != 0) | (start[there[1:]] == before))[: len(there)]]
        return cls(before, start[heads], np.append(offsets[heads], offsets[-1]))

    def moved(self, old: Array, new: Array) -> Array:
        """Rows of the old log and the others, each where it goes."""
        moved = np.empty(self.target[-1], new.dtype)
        ends = self.target[1:].tolist()
        for source, begin, end in zip(self.source.tolist(), self.target.tolist(), ends, strict=False):
            held, at = (old, source) if source < self.before else (new, source - self.before)
            moved[begin:end] = held[at : at + end - begin]
        return moved
