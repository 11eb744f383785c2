"""Sieve: trees as tests that rule leaves out, whose scores take less than half the time of walking down the trees.

By lucchese2015quickscorer and ye2018rapidscorer; see `_sieve.c`. The sums are the same to the last bit.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Array, Bools, Codes, Counts, Doubles, Floats
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
        sizes = np.diff(np.append(roots, len(nodes)))
        if not _sieve.AVAILABLE or sizes.max(initial=0) > 2 * MOST - 1:
            return None
        tree = np.repeat(np.arange(len(roots)), sizes)
        left = nodes["left"] + roots[tree].astype(np.int64)
        leaf = left == np.arange(len(nodes))
        begin, under = _leaves(left, leaf, roots)
        starts = np.cumsum(np.append(0, np.bincount(tree, leaf, len(roots)))).astype(np.int32)[:-1]
        values = np.zeros(int(leaf.sum()))
        values[starts[tree[leaf]] + begin[leaf]] = value[leaf]
        inner = np.flatnonzero(~leaf)
        ends = np.cumsum(np.append(0, np.bincount(tree[inner], minlength=len(roots)))).astype(np.int32)
        return cls(_tests(nodes[inner], begin[left[inner]], under[left[inner]]), ends, values, starts)

    def scores(self, matrix: Floats) -> Doubles:
        """(M,) the sum of all trees for each row of (M, F)."""
        return _sieve.scores(self.tests, self.ends, self.value, self.starts, matrix)


def _leaves(left: Counts, leaf: Bools, roots: Codes) -> tuple[Counts, Counts]:
    """The leaves under each node: (N,) the first of them, counted from the left of its tree, and (N,) their number;
    `left` (N,) is the first child of a node among all of them."""
    levels = []
    level = roots.astype(np.int64)
    while len(level):
        level = level[~leaf[level]]
        levels.append(level)
        level = np.concatenate([left[level], left[level] + 1])
    begin, under = np.zeros(len(left), np.int64), np.ones(len(left), np.int64)
    for level in reversed(levels):
        under[level] = under[left[level]] + under[left[level] + 1]
    for level in levels:
        begin[left[level]] = begin[level]
        begin[left[level] + 1] = begin[level] + under[left[level]]
    return begin, under


def _tests(nodes: Array, begin: Counts, under: Counts) -> Array:
    """One of each node, which rules out `under` leaves from `begin` on."""
    last = begin + under - 1
    tests = np.zeros(len(nodes), TEST)
    tests["threshold"], tests["feature"] = nodes["threshold"], nodes["feature"]
    tests["first"], tests["last"] = begin // 8, last // 8
    tests["head"], tests["tail"] = 0xFF << begin % 8 & 0xFF, 0xFF >> 7 - last % 8
    tests["head"] &= np.where(tests["first"] == tests["last"], tests["tail"], 0xFF).astype(np.uint8)
    return tests
