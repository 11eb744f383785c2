"""Sieve: trees as tests that rule leaves out, whose scores take less than half the time of walking down the trees.

By lucchese2015quickscorer and ye2018rapidscorer; see `_sieve.c`. The sums are the same to the last bit.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from features.arrays import Array, Codes, Doubles, Floats
from training import _sieve

TEST = np.dtype(
    [
        ("threshold", np.float32),
        ("feature", np.uint16),
        ("first", np.uint8),
        ("last", np.uint8),
        ("head", np.uint8),
        ("tail", np.uint8),
        ("spare", np.uint8, 2),
    ]
)
"""A feature that is not up to the threshold rules out the leaves on its left: the bits `head` of byte `first`, the bits
`tail` of byte `last`, and all between."""

MOST = 64  # leaves of a tree


@dataclass(frozen=True)
class Sieve:
    """T trees."""

    tests: Array  # (N,) `TEST`, tree by tree
    ends: Codes  # (T + 1,) where those of each tree end
    value: Doubles  # of the leaves, from left to right
    starts: Codes  # (T,) where those of each tree begin

    @classmethod
    def of(cls, nodes: Array, value: Doubles, roots: Codes) -> Self | None:
        """From the arrays of a `Forest`; None where a tree has too many leaves, or the processor cannot."""
        bounds = [*roots.tolist(), len(nodes)]
        trees = [slice(a, b) for a, b in pairwise(bounds)]
        if not _sieve.AVAILABLE or max((part.stop - part.start for part in trees), default=0) > 2 * MOST - 1:
            return None
        tests = [np.zeros(0, TEST), *(_tests(nodes[part]) for part in trees)]
        leaves = [np.zeros(0), *(value[part][_leaves(nodes[part]["left"].tolist())[1]] for part in trees)]
        ends = np.cumsum([len(part) for part in tests], dtype=np.int32)
        starts = np.cumsum([len(part) for part in leaves], dtype=np.int32)[:-1]
        return cls(np.concatenate(tests), ends, np.concatenate(leaves), starts)

    def scores(self, matrix: Floats) -> Doubles:
        """(M,) the sum of all trees for each row of (M, F)."""
        return _sieve.scores(self.tests, self.ends, self.value, self.starts, matrix)


def _leaves(left: list[int]) -> tuple[list[tuple[int, int]], list[int]]:
    """The leaves under each node, a range counted from the left; and the nodes that are leaves, from the left."""
    under = [1] * len(left)
    for node in reversed(range(len(left))):  # children come after their parents
        if left[node] != node:
            under[node] = under[left[node]] + under[left[node] + 1]
    begin, order = [0] * len(left), [0] * under[0]
    for node, child in enumerate(left):
        if child == node:
            order[begin[node]] = node
        else:
            begin[child], begin[child + 1] = begin[node], begin[node] + under[child]
    return [(start, start + size) for start, size in zip(begin, under, strict=True)], order


def _tests(nodes: Array) -> Array:
    """One of each node that is no leaf."""
    left: list[int] = nodes["left"].tolist()
    ranges, inner = _leaves(left)[0], [node for node, child in enumerate(left) if child != node]
    start, end = np.array([ranges[left[node]] for node in inner], np.int64).reshape(-1, 2).T
    tests = np.zeros(len(inner), TEST)
    tests["threshold"], tests["feature"] = nodes["threshold"][inner], nodes["feature"][inner]
    tests["first"], tests["last"] = start // 8, (end - 1) // 8
    tests["head"], tests["tail"] = 0xFF << start % 8 & 0xFF, 0xFF >> 7 - (end - 1) % 8
    tests["head"] &= np.where(tests["first"] == tests["last"], tests["tail"], 0xFF).astype(np.uint8)
    return tests
