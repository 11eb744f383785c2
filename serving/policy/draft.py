"""Draft: one list while it is put together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Codes, Doubles


@dataclass(frozen=True)
class GroupLimit:
    """At most so many products of one group in a list."""

    name: str
    group: Codes  # (P,) -1 for products that it is not about
    most: int


class Draft:
    """Takes products in the order in which they are offered, each product and each of its variants once, as far as
    there is room and the limits allow."""

    def __init__(self, parent: Codes, limits: Sequence[GroupLimit], room: int) -> None:
        self.room = room
        self.product: list[int] = []
        self.score: list[float] = []  # NaN for what was not ranked
        self.source: list[int] = []
        self.limits = limits
        self._parent = parent
        self._taken: set[int] = set()
        self._parents: set[int] = set()
        self._counts: list[dict[int, int]] = [{} for _ in limits]

    def reserve(self, product: int) -> bool:
        """Count a product that has its place already; false if it, or a variant of it, has one."""
        parent = int(self._parent[product])
        if product in self._taken or parent in self._parents:
            return False
        self._count(product, parent)
        return True

    def take(self, product: int, score: float, source: int) -> None:
        """One product that is known to be free."""
        self._count(product, int(self._parent[product]))
        self.product.append(product)
        self.score.append(score)
        self.source.append(source)
        self.room -= 1

    def offer(self, product: Codes, score: Doubles, source: Codes, *, limited: bool = True) -> None:
        """Several products, the best first; those that cannot be taken are passed over."""
        parents = self._parent[product].tolist()
        groups = [limit.group[product].tolist() for limit in self.limits] if limited else []
        scores, sources = score.tolist(), source.tolist()
        for i, one in enumerate(product.tolist()):
            if not self.room:
                return
            if one in self._taken or parents[i] in self._parents:
                continue
            if any(self._is_full(number, group[i]) for number, group in enumerate(groups)):
                continue
            self.take(one, scores[i], sources[i])

    def open(self, product: Codes) -> Bools:
        """(M,) the products that no limit keeps out by now."""
        result = np.ones(len(product), np.bool_)
        for number, limit in enumerate(self.limits):
            full = [group for group in self._counts[number] if self._is_full(number, group)]
            if full:
                result &= ~np.isin(limit.group[product], full)
        return result

    def filled(self, product: int) -> list[tuple[GroupLimit, int]]:
        """The limits, with the group, that leave no room for another like a product."""
        groups = [int(limit.group[product]) for limit in self.limits]
        return [(self.limits[i], group) for i, group in enumerate(groups) if self._is_full(i, group)]

    def _is_full(self, number: int, group: int) -> bool:
        return group >= 0 and self._counts[number].get(group, 0) >= self.limits[number].most

    def _count(self, product: int, parent: int) -> None:
        self._taken.add(product)
        if parent >= 0:
            self._parents.add(parent)
        for counts, limit in zip(self._counts, self.limits, strict=True):
            group = int(limit.group[product])
            if group >= 0:
                counts[group] = counts.get(group, 0) + 1
