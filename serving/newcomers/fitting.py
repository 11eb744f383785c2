"""Fitting: which newcomers belong into somebody's list, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from features.basket import basket_of
from features.kinds import Kind
from features.recent import Deed
from features.visit import IDLE, LOOKS, TOUCHES
from serving.newcomers.arrivals import Arrival, Arrivals
from training.naming import steps
from training.query import Query
from training.recommender import Recommender

_OWN = {
    **dict.fromkeys(LOOKS, "you looked at it"),
    Kind.WISHLIST: "you put it on your wish list",
    Kind.ADD_TO_CART: "you put it in your cart",
}
_OVER = frozenset({Kind.REMOVE_FROM_CART, Kind.PURCHASE, Kind.REFUND})  # after which somebody's own touch is past
_TOUCHES = 10  # products of the visit that others are found by, the last ones


@dataclass(frozen=True)
class Fit:
    """A newcomer for one customer."""

    arrival: Arrival
    reason: str  # a clause of a sentence to the customer
    place: int | None = None  # from 0: where the customer's own touch puts it; None for one they did not touch

    @property
    def product_id(self) -> str:
        """Of the newcomer."""
        return self.arrival.facts.product_id


@dataclass(frozen=True)
class Fitting:
    """The newcomers for one question at one moment."""

    model: Recommender
    arrivals: Arrivals
    query: Query
    moment: int  # seconds since the epoch, UTC
    people: int  # who must have touched what the customer did not

    def found(self) -> list[Fit]:
        """Those that the customer touched, the last one first; then the others, the best first."""
        own = [*self._own()]
        mine = {deed.product_id for deed in self.query.recent if deed.kind != Kind.IMPRESSION}
        others = [fit for fit in self._others() if fit.product_id not in mine]
        hidden = self.in_hand
        return [fit for fit in (*own, *others) if fit.product_id not in hidden]

    @cached_property
    def in_hand(self) -> set[str]:
        """What is in the cart or on the page."""
        query = self.query
        return {*(query.basket or basket_of(query.recent, self.moment)), *([query.viewed] if query.viewed else [])}

    @cached_property
    def visit(self) -> list[Deed]:
        """What was touched in the visit under way, the last first."""
        found, time = [], self.moment
        for deed in reversed(self.query.recent):
            if time - deed.time > IDLE:
                break
            time = deed.time
            if deed.kind in TOUCHES and deed.product_id is not None:
                found.append(deed)
        return found

    def _own(self) -> Iterator[Fit]:
        """Each behind what was touched later."""
        later: set[str] = set()
        for deed in reversed(self.query.recent):
            if deed.product_id is None or deed.kind not in TOUCHES or deed.product_id in later:
                continue
            arrival = self.arrivals.get(deed.product_id)
            if arrival is not None and deed.kind not in _OVER:
                yield Fit(arrival, _OWN[Kind(deed.kind)], len(later))
            later.add(deed.product_id)

    def _others(self) -> list[Fit]:
        """By how many people touched them with what the customer touched, then by what they share with it."""
        found: dict[str, _Kin] = {}
        for (kind, what), deed in self._touched().items():
            for name in self.arrivals.of(kind, what):
                found.setdefault(name, _Kin()).by.setdefault(kind, deed)
        arrivals = {name: arrival for name in found if (arrival := self.arrivals.get(name)) is not None}
        enough = [name for name, arrival in arrivals.items() if len(arrival.people) >= self.people]
        enough.sort(key=lambda name: (*found[name].order(arrivals[name]), arrivals[name].rank, name), reverse=True)
        return [Fit(arrivals[name], self._words(arrivals[name], found[name])) for name in enough]

    def _touched(self) -> Mapping[tuple[str, object], Deed]:
        """What newcomers may have in common with what was touched in the visit, with the last touch of each."""
        last: dict[str | None, Deed] = {}
        for deed in self.visit:
            last.setdefault(deed.product_id, deed)
        shared: dict[tuple[str, object], Deed] = {}
        for deed in [*last.values()][:_TOUCHES]:
            category, brand = self._names(deed.product_id or "")
            shared.setdefault(("companion", deed.product_id), deed)
            for kind, name in (("category", category), ("brand", brand)):
                if name:
                    shared.setdefault((kind, steps(name)), deed)
        return shared

    def _names(self, product_id: str) -> tuple[str, str]:
        """Category and brand, empty where they are not known."""
        catalogue, index = self.model.catalogue, self.model.products.index(product_id)
        if index < 0:
            arrival = self.arrivals.get(product_id)
            return ("", "") if arrival is None else (arrival.facts.category, arrival.facts.brand)
        category, brand = int(catalogue.category[index]), int(catalogue.brand[index])
        return (
            catalogue.category_names[category] if category >= 0 else "",
            catalogue.brand_names[brand] if brand >= 0 else "",
        )

    def _words(self, arrival: Arrival, kin: "_Kin") -> str:
        if "companion" in kin.by:
            return f"others looked at it together with {self._called(kin.by['companion'])}, as you did now"
        level = arrival.facts.category.rpartition(">")[2].strip() if "category" in kin.by else arrival.facts.brand
        return f"it is from {level}, as is {self._called(next(iter(kin.by.values())))}, which you looked at"

    def _called(self, deed: Deed) -> str:
        name = deed.product_id or ""
        index, arrival = self.model.products.index(name), self.arrivals.get(name)
        known = self.model.catalogue.name[index] if index >= 0 else arrival.facts.name if arrival else ""
        return known or name


@dataclass(slots=True)
class _Kin:
    """By what the customer touched last that a newcomer goes with."""

    by: dict[str, Deed] = field(default_factory=dict)

    def order(self, arrival: Arrival) -> tuple[int, bool, bool]:
        """The more the better."""
        companion = self.by.get("companion")
        together = 0 if companion is None else arrival.companions.get(companion.product_id or "", 0)
        return together, "category" in self.by, "brand" in self.by
