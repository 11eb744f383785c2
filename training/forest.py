"""Forest: gradient-boosted trees as plain arrays, and their scores.

LightGBM's own prediction takes several times as long for the few hundred rows of one answer. The sums are the same to
the last bit: features are float32, so that a threshold may be rounded down to one, and values are added in its order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np

from features.arrays import Array, Codes, Counts, Doubles, Floats
from features.kept import kept
from training._forest import scores
from training.sieve import Sieve

NODE = np.dtype([("threshold", np.float32), ("feature", np.uint16), ("left", np.uint16)])
"""A feature up to the threshold leads to `left`, any other to the node after it; a leaf leads to itself. What is
missing is above all thresholds as feature f, and below them as feature F + f."""

MOST = 1 << 15  # leaves of a tree, and features

_Tree: TypeAlias = dict[str, str]  # the lines of its text

_DEFAULT_LEFT, _MISSING = 2, 12  # bits of LightGBM's `decision_type`
_ZERO, _NAN = 4, 8  # what counts as missing


@dataclass(frozen=True)
class Forest:
    """T trees over F features, one after the other."""

    names: tuple[str, ...]  # (F,)
    nodes: Array  # (N,) `NODE`
    value: Doubles  # (N,) of the leaves
    roots: Codes  # (T,)

    @classmethod
    def of(cls, model: str) -> Self:
        """The trees of a booster in LightGBM's text; ValueError where they hold what is not known here."""
        head, *parts = model.split("\nTree=")
        names = tuple(_members(head)["feature_names"].split(" "))
        trees = [_members(part) for part in parts]
        if any(tree["num_cat"] != "0" or tree.get("is_linear", "0") != "0" for tree in trees):
            raise ValueError("a tree with categories or linear leaves")
        leaves = np.array([int(tree["num_leaves"]) for tree in trees], np.int64)
        if max(leaves.max(initial=0), len(names)) > MOST:
            raise ValueError(
                f"a tree of {leaves.max(initial=0):,} leaves and {len(names):,} features; at most {MOST:,} of each"
            )
        return cls(names, *_nodes(trees, leaves, len(names)))

    @kept
    def sieve(self) -> Sieve | None:
        """The same trees, where they are small enough, for a processor that scores them faster."""
        return Sieve.of(self.nodes, self.value, self.roots)

    def scores(self, matrix: Floats) -> Doubles:
        """(M,) the sum of all trees for each row of (M, F); ValueError where it has another number of features."""
        if matrix.shape[1] != len(self.names):
            raise ValueError(f"{matrix.shape[1]} features where the trees read {len(self.names)}")
        rows = np.ascontiguousarray(matrix, np.float32)
        if self.sieve is not None:
            return self.sieve.scores(rows)
        return scores(self.nodes, self.value, self.roots, rows)


def _members(text: str) -> _Tree:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _nodes(trees: Sequence[_Tree], leaves: Counts, width: int) -> tuple[Array, Doubles, Codes]:
    """The nodes of all trees, each level by level with siblings beside each other; the values of those that are leaves;
    and where each tree begins."""
    first_split, first_leaf = np.cumsum(leaves - 1) - (leaves - 1), np.cumsum(leaves) - leaves
    tree, order = _by_level(trees, leaves, first_split)
    sizes = 2 * leaves - 1
    roots = np.cumsum(sizes) - sizes
    nodes, value = np.zeros(len(tree), NODE), np.zeros(len(tree))
    inner = order >= 0
    nodes["threshold"], nodes["feature"], nodes["left"] = np.inf, width, np.arange(len(tree)) - roots[tree]
    nodes[inner] = _splits(trees, width)[first_split[tree[inner]] + order[inner]]
    number = np.arange(int(inner.sum())) - first_split[tree[inner]]  # among the splits of its tree, by level
    nodes["left"][inner] = 1 + 2 * number
    value[~inner] = _numbers(trees, "leaf_value", np.float64)[first_leaf[tree[~inner]] + ~order[~inner]]
    return nodes, value, roots.astype(np.int32)


def _by_level(trees: Sequence[_Tree], leaves: Counts, first_split: Counts) -> tuple[Counts, Codes]:
    """(N,) the tree of each node, and LightGBM's number of it: a split's, or below 0 the complement of a leaf's."""
    children = np.stack([_numbers(trees, side, np.int32) for side in ("left_child", "right_child")], axis=1)
    tree, order = [np.arange(len(trees))], [np.where(leaves > 1, 0, -1)]
    while len(order[-1]):
        inner = order[-1] >= 0
        at = tree[-1][inner]
        order.append(children[first_split[at] + order[-1][inner]].reshape(-1))
        tree.append(np.repeat(at, 2))
    whole = np.concatenate(tree)
    by = np.argsort(whole, kind="stable")
    return whole[by], np.concatenate(order).astype(np.int32)[by]


def _splits(trees: Sequence[_Tree], width: int) -> Array:
    kind = _numbers(trees, "decision_type", np.int32)
    threshold = _numbers(trees, "threshold", np.float64)
    if (kind & _MISSING == _ZERO).any():
        raise ValueError("a split for which zero is missing")
    # What is missing goes where the split says, or counts as zero where none was missing in training.
    left = np.where(kind & _MISSING == _NAN, kind & _DEFAULT_LEFT > 0, threshold >= 0)
    splits = np.zeros(len(kind), NODE)
    splits["threshold"] = _rounded_down(threshold)
    splits["feature"] = _numbers(trees, "split_feature", np.int32) + np.where(left, width, 0)
    return splits


def _rounded_down(values: Doubles) -> Floats:
    """The greatest float32 that is not above: a float32 is up to the one if it is up to the other."""
    with np.errstate(over="ignore"):
        near = values.astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)


def _numbers(trees: Sequence[_Tree], name: str, kind: type) -> Array:
    """A member of all trees, one after the other; trees of a single leaf have no splits."""
    texts = [tree[name] for tree in trees if name == "leaf_value" or tree["num_leaves"] != "1"]
    return np.array(" ".join(texts).split(), kind)
