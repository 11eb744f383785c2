"""Forest: gradient-boosted trees as plain arrays, and their scores.

LightGBM's own prediction takes several times as long for the few hundred rows of one answer. The sums are the same to
the last bit: features are float32, so that a threshold may be rounded down to one, and values are added in its order.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Array, Codes, Doubles, Floats
from features.kept import kept
from training._forest import scores
from training.sieve import Sieve

NODE = np.dtype([("threshold", np.float32), ("feature", np.uint16), ("left", np.uint16)])
"""A feature up to the threshold leads to `left`, any other to the node after it; a leaf leads to itself. What is
missing is above all thresholds as feature f, and below them as feature F + f."""

MOST = 1 << 15  # leaves of a tree, and features

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
        trees = [_tree(_members(part), len(names)) for part in parts]
        sizes = np.cumsum([0, *(len(nodes) for nodes, _ in trees)])
        nodes = np.concatenate([np.zeros(0, NODE), *(nodes for nodes, _ in trees)])
        value = np.concatenate([np.zeros(0), *(value for _, value in trees)])
        return cls(names, nodes, value, sizes[:-1].astype(np.int32))

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


def _members(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _tree(members: dict[str, str], width: int) -> tuple[Array, Doubles]:
    """The nodes of one tree level by level, siblings beside each other, and the values of its leaves."""
    if members["num_cat"] != "0" or members.get("is_linear", "0") != "0":
        raise ValueError("a tree with categories or linear leaves")
    leaf = _numbers(members["leaf_value"], np.float64)
    if max(len(leaf), width) > MOST:
        raise ValueError(f"a tree of {len(leaf):,} leaves and {width:,} features; at most {MOST:,} of each")
    nodes, value = np.zeros(2 * len(leaf) - 1, NODE), np.zeros(2 * len(leaf) - 1)
    nodes["threshold"], nodes["feature"], nodes["left"] = np.inf, width, np.arange(len(nodes))  # leaves, at first
    if len(leaf) == 1:
        return nodes, leaf
    order = _by_level(members)
    inner = np.flatnonzero(order >= 0)
    nodes[inner] = _splits(members, width)[order[inner]]
    nodes["left"][inner] = 1 + 2 * np.arange(len(inner))
    value[order < 0] = leaf[~order[order < 0]]
    return nodes, value


def _by_level(members: dict[str, str]) -> Codes:
    """(N,) LightGBM's number of each node: that of a split, or below 0 the complement of a leaf's."""
    children = list(zip(members["left_child"].split(), members["right_child"].split(), strict=True))
    order = [0]
    for node in order:  # grows meanwhile
        if node >= 0:
            order.extend(map(int, children[node]))
    return np.array(order, np.int32)


def _splits(members: dict[str, str], width: int) -> Array:
    kind = _numbers(members["decision_type"], np.int32)
    threshold = _numbers(members["threshold"], np.float64)
    if (kind & _MISSING == _ZERO).any():
        raise ValueError("a split for which zero is missing")
    # What is missing goes where the split says, or counts as zero where none was missing in training.
    left = np.where(kind & _MISSING == _NAN, kind & _DEFAULT_LEFT > 0, threshold >= 0)
    splits = np.zeros(len(kind), NODE)
    splits["threshold"] = _rounded_down(threshold)
    splits["feature"] = _numbers(members["split_feature"], np.int32) + np.where(left, width, 0)
    return splits


def _rounded_down(values: Doubles) -> Floats:
    """The greatest float32 that is not above: a float32 is up to the one if it is up to the other."""
    with np.errstate(over="ignore"):
        near = values.astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)


def _numbers(text: str, kind: type) -> Array:
    return np.array(text.split(), dtype=kind)
