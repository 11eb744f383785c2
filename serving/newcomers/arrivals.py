"""Arrivals: the newcomers that a worker knows, with who took notice of them, found by what they have in common.

Bounded whatever comes in: ids that nobody sells, sent by the thousand, only push each other out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nlargest

from features.newcomers.facts import Facts
from features.store.event import Event
from training.naming import steps

PEOPLE, COMPANIONS = 20, 32  # that are counted of each product
BEST = 50  # that are found by what they have in common
_SPARE = 1.25  # times the bound at which the table is cut back to it


@dataclass(slots=True)
class Arrival:
    """One newcomer."""

    facts: Facts
    last: int = 0  # sequence of its last event
    people: set[int] = field(default_factory=set)  # hashes of up to `PEOPLE` who touched it
    companions: dict[str, int] = field(default_factory=dict)  # product touched in the same visits -> by how many people

    @property
    def rank(self) -> tuple[int, int]:
        """What most people touched stays longest, and comes first."""
        return len(self.people), self.last


class Arrivals:
    """Newcomers by id."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: dict[str, Arrival] = {}
        self._by: dict[tuple[str, object], dict[str, None]] = {}  # (kind, what) -> the ids that have it

    def __len__(self) -> int:
        return len(self._all)

    def get(self, product_id: str | None) -> Arrival | None:
        """None for one that is not known."""
        return None if product_id is None else self._all.get(product_id)

    def told(self, event: Event, who: int | None) -> None:
        """An event about one; `who` is None where it is not counted whose it is."""
        assert event.product_id is not None  # noqa: S101  # those who call ask for events about products
        arrival = self._all.get(event.product_id)
        if arrival is None:
            arrival = self._all[event.product_id] = Arrival(Facts(event.product_id))
        before, arrival.last = arrival.facts, max(arrival.last, event.sequence)
        arrival.facts = before.told(event)
        if who is not None and len(arrival.people) < PEOPLE:
            arrival.people.add(who)
        if arrival.facts is not before:
            self._unlist(before.product_id, _shared(before))
            self._list(before.product_id, _shared(arrival.facts))
        if len(self._all) > self._most * _SPARE:
            self._cut()

    def together(self, product_id: str, other: str) -> None:
        """One more person touched a newcomer and another product in one visit."""
        arrival = self._all.get(product_id)
        if arrival is None:
            return
        if len(arrival.companions) >= COMPANIONS and other not in arrival.companions:
            rarest = min(arrival.companions, key=arrival.companions.__getitem__)
            del arrival.companions[rarest]
            self._unlist(product_id, [("companion", rarest)])
        arrival.companions[other] = arrival.companions.get(other, 0) + 1
        self._list(product_id, [("companion", other)])

    def of(self, kind: str, what: object) -> Sequence[str]:
        """The newcomers of a `category` or `brand` (by `steps`), or with a `companion`; of many the best alone."""
        found = self._by.get((kind, what), {})
        return [*found] if len(found) <= BEST else nlargest(BEST, found, key=lambda name: self._all[name].rank)

    def _cut(self) -> None:
        by = sorted(self._all, key=lambda name: self._all[name].rank)
        for name in by[: len(by) - self._most]:
            gone = self._all.pop(name)
            self._unlist(name, [*_shared(gone.facts), *(("companion", other) for other in gone.companions)])

    def _list(self, product_id: str, places: Iterable[tuple[str, object]]) -> None:
        for place in places:
            self._by.setdefault(place, {})[product_id] = None

    def _unlist(self, product_id: str, places: Iterable[tuple[str, object]]) -> None:
        for place in places:
            listed = self._by.get(place, {})
            listed.pop(product_id, None)
            if not listed:
                self._by.pop(place, None)


def _shared(facts: Facts) -> list[tuple[str, object]]:
    """What others may have in common with it."""
    return [(kind, steps(name)) for kind, name in (("category", facts.category), ("brand", facts.brand)) if name]
