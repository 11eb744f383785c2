"""Graph: identifiers as nodes, and what was seen together as links between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from features.arrays import Array, Bools, Codes, Counts, Doubles, Times
from features.identity.config import Kind, strength

NEVER = np.iinfo(np.int64).max
"""The time of what was not seen."""


class Values(Protocol):
    """The values of nodes, looked up where two are to be put in order."""

    def of(self, nodes: Codes | Counts) -> Sequence[str]:
        """The text of each node."""


@dataclass(frozen=True)
class Listed:
    """Values in a list."""

    texts: Sequence[str]

    def of(self, nodes: Codes | Counts) -> Sequence[str]:
        return [self.texts[node] for node in nodes.tolist()]


@dataclass(frozen=True)
class Graph:
    """V nodes, distinct by kind and value, and E links, each pair once."""

    kinds: tuple[Kind, ...]  # strongest first
    kind: Array  # (V,) int8, index in `kinds`
    values: Values  # of V nodes
    strong: Codes  # (E,) node, of the stronger kind
    weak: Codes  # (E,) node
    time: Times  # (E,) seconds since the epoch: first seen together
    probability: Doubles  # (E,)
    seen: Times | None = None  # (V,) when each node was first seen with others that are left out; None where none is

    @classmethod
    def of(
        cls,
        kinds: Sequence[Kind],
        kind: Array,
        values: Values,
        *,
        one: Array,
        other: Array,
        time: Array,
        probability: Array | None = None,
        seen: Times | None = None,
    ) -> Self:
        """From links in any order, with repetitions: of equal ones the earliest time and the highest probability."""
        order = sorted(range(len(kinds)), key=lambda i: strength(kinds[i]))
        rank = np.empty(max(len(kinds), 1), np.int8)
        rank[order] = np.arange(len(order), dtype=np.int8)
        kind = rank[kind]
        certain = np.ones(len(one)) if probability is None else probability
        strong, weak = _ordered(kind, np.asarray(one), np.asarray(other))
        pairs, place = np.unique(strong.astype(np.int64) << 32 | weak, return_inverse=True)
        first = np.full(len(pairs), NEVER)
        np.minimum.at(first, place, np.asarray(time, np.int64))
        highest = np.zeros(len(pairs))
        np.maximum.at(highest, place, certain)
        ends = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
        found = cls(tuple(kinds[i] for i in order), kind, values, *ends, first, highest, seen)
        return found.only(ends[0] != ends[1])

    def __len__(self) -> int:
        return len(self.kind)

    def only(self, links: Bools) -> Self:
        """The same nodes with some of the links."""
        return replace(
            self,
            strong=self.strong[links],
            weak=self.weak[links],
            time=self.time[links],
            probability=self.probability[links],
        )

    @property
    def first(self) -> Times:
        """(V,) when each node was first seen with another."""
        first = np.full(len(self), NEVER) if self.seen is None else self.seen.copy()
        np.minimum.at(first, self.strong, self.time)
        np.minimum.at(first, self.weak, self.time)
        return first


def _ordered(kind: Array, one: Array, other: Array) -> tuple[Array, Array]:
    """The stronger end of each link first; of one kind, in the order of the nodes."""
    swap = (kind[one] > kind[other]) | ((kind[one] == kind[other]) & (one > other))
    return np.where(swap, other, one), np.where(swap, one, other)
