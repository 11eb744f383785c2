"""Choice: what is drawn for one answer out of a list that was made once."""

import struct
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from serving.encoding import encoded
from serving.exploration.methods import Method, Random

_REST = ("score", "source", "reason")  # of an item, behind its rank
_PIECE = 150  # bytes that a product's objects take beside its texts


@dataclass(frozen=True, slots=True)
class Drawn:
    """One answer's products."""

    text: bytes  # '"items":[...],"fallback":...' in JSON
    fallback: tuple[tuple[str, int], ...]  # (source, products) that filled it
    places: bytes  # uint16: where each product stands in the list
    propensities: bytes  # float64


@dataclass(frozen=True, slots=True)
class Choice:
    """The products of one list as pieces of JSON, and which of them take part. Pinned products keep their place."""

    method: Method
    heads: Sequence[bytes]  # of each product up to its rank
    tails: Sequence[bytes]  # from there on
    filled: Sequence[str | None]  # what filled the list with it; None where the ranker chose it for the customer
    pool: Sequence[int]  # the places that are drawn from, best first
    weights: Sequence[float]  # of the pool
    rest: Sequence[int]  # the places behind the pool, in the list's own order
    pinned: frozenset[int]  # among the places shown
    shown: int  # products of an answer

    @classmethod
    def of(
        cls,
        items: Sequence[Mapping[str, Any]],
        filled: Mapping[str, str],
        method: Method,
        *,
        shown: int,
        top: int,
        pinned: Collection[int] = (),
    ) -> Self:
        """From a list, best first, which is longer than what is `shown` where more take part.

        `filled` says of sources what filled the list with them, `pinned` are places from 0.
        """
        shown = min(shown, len(items))
        free = [place for place in range(len(items)) if place not in pinned]
        return cls(
            method,
            [b'{"product_id":%b,"rank":' % encoded(item["product_id"]) for item in items],
            [b',"score":%b,"source":%b,"reason":%b}' % tuple(encoded(item[name]) for name in _REST) for item in items],
            [filled.get(item["source"]) for item in items],
            free[:top],
            method.weights([items[place]["score"] for place in free[:top]]),
            free[top:],
            frozenset(place for place in pinned if place < shown),
            shown,
        )

    @property
    def size(self) -> int:
        """Bytes in memory, about, with the text that the exposure log keeps."""
        return 2 * sum(map(len, (*self.heads, *self.tails))) + _PIECE * len(self.heads)

    @property
    def drawn(self) -> int:
        """How many of the places shown are drawn."""
        return min(len(self.pool), self.shown - len(self.pinned))

    def draw(self, random: Random) -> Drawn | None:
        """Other products, or in another order; None where it comes out as the list itself."""
        order = self.method.draw(self.weights, random, self.drawn)
        if order == [*range(len(order))]:
            return None
        places = self._laid([*(self.pool[i] for i in order), *self.rest], range(self.shown))
        text, fallback = self.rendered(places)
        return Drawn(text, fallback, struct.pack(f"<{len(places)}H", *places), self.chances(order))

    def chances(self, order: Sequence[int] | None = None) -> bytes:
        """The propensities, float64, of the places shown under an order of the pool; without one, the list's own."""
        own = range(self.drawn) if order is None else order
        chances = self.method.chances(self.weights, own)
        certain = [1.0] * self.shown
        return struct.pack(f"<{self.shown}d", *self._laid([*chances, *certain], certain))

    def rendered(self, places: Sequence[int]) -> tuple[bytes, tuple[tuple[str, int], ...]]:
        """The text of some products in order, and what filled the list."""
        heads, tails = self.heads, self.tails
        items = b",".join([b"%b%d%b" % (heads[place], rank, tails[place]) for rank, place in enumerate(places, 1)])
        if not any(self.filled):
            return b'"items":[%b],"fallback":null' % items, ()
        filled = Counter(source for place in places if (source := self.filled[place]) is not None)
        fallback = [{"source": source, "count": count} for source, count in filled.items()] or None
        return b'"items":[%b],"fallback":%b' % (items, encoded(fallback)), tuple(filled.items())

    def _laid(self, drawn: Sequence[Any], pinned: Sequence[Any]) -> Sequence[Any]:
        """Values for the places shown: those of pinned places by place, and for the others the drawn ones in turn."""
        if not self.pinned:
            return drawn[: self.shown]
        others = iter(drawn)
        return [pinned[place] if place in self.pinned else next(others) for place in range(self.shown)]
