"""Evidence: the facts behind each kind of reason, as clauses of a sentence to the customer."""

from collections.abc import Callable

import numpy as np

from features.arrays import DAY
from features.profiles import Interests
from features.registry import REGISTRY
from features.view import View
from training.candidates.sparse import Csr
from training.recommender import Recommender
from training.request import Request

FEW_SALES = 5  # in four weeks: fewer are no reason


class Evidence:
    """What is known of some products (M,) and the one customer of a request."""

    def __init__(self, recommender: Recommender, request: Request, view: View) -> None:
        self._recommender, self._request, self._view = recommender, request, view
        self._clauses: dict[str, Callable[[int], str]] = {
            "own": self._own,
            "taste": self._taste,
            "interest": self._interest,
            "popular": self._popular,
            "alike": self._alike,
            "goes_with": lambda pair: self._because_of(pair, "goes with", ("neighbours", "rp3beta")),
            "resembles": lambda pair: self._because_of(pair, "resembles", ("words",)),
            "basket": self._basket,
        }

    def clause(self, kind: str, pair: int) -> str:
        """A clause on the product of a pair; empty where there is no fact of that kind."""
        if kind in self._clauses:
            return self._clauses[kind](pair)
        return REGISTRY[kind].about.rstrip(".").lower() if kind in REGISTRY else f"chosen by {kind}"

    def _own(self, pair: int) -> str:
        repeats = self._view.repeats
        group = int(repeats.at[pair])
        if group < 0:
            return ""
        count, days = int(repeats.groups.count[group]), self._days(int(repeats.groups.last[group]))
        text = f"you bought it {_times(count)}, {_ago(days)}"
        return text if count < 3 else f"{text}, about every {_days(float(repeats.groups.gap[group]))}"

    def _taste(self, pair: int) -> str:
        catalogue, product = self._recommender.catalogue, self._product(pair)
        for joined, codes, names in (
            (self._view.brands, catalogue.brand, catalogue.brand_names),
            (self._view.categories, catalogue.category, catalogue.category_names),
            (self._view.departments, catalogue.department, catalogue.department_names),
        ):
            count = int(joined.count[pair])
            if count > 1:
                return f"you bought {_last_step(names[int(codes[product])])} {_times(count)}"
        return ""

    def _interest(self, pair: int) -> str:
        for joined, did in (
            (self._view.carts, "you put it in your cart"),
            (self._view.wishes, "it is on your wish list since"),
            (self._view.views, "you looked at it"),
        ):
            group = int(joined.at[pair])
            if group >= 0:
                return f"{did} {_ago(self._days(int(joined.groups.last[group])), last='')}"
        declared = self._declared(pair)
        return f"you told us that {declared} interests you" if declared else ""

    def _declared(self, pair: int) -> str:
        catalogue, profiles, product = self._recommender.catalogue, self._request.profiles, self._product(pair)
        levels: tuple[tuple[Interests, int, str], ...] = (
            (profiles.brands, int(catalogue.brand[product]), "brand"),
            (profiles.categories, int(catalogue.category[product]), "category"),
            (profiles.departments, int(catalogue.department[product]), "department"),
        )
        for interests, code, level in levels:
            if code >= 0 and code in interests.code.tolist():
                return _last_step(getattr(catalogue, f"{level}_names")[code])
        return ""

    def _popular(self, pair: int) -> str:
        market, product = self._recommender.market, self._product(pair)
        sold = int(market.sold_28[product])
        if sold < FEW_SALES:
            return ""
        faster = market.sold_7[product] * 4 > 1.5 * sold
        return f"it sells {'faster than before' if faster else 'well'}: {sold} times in the last four weeks"

    def _alike(self, pair: int) -> str:
        buyers = int(self._recommender.market.buyers[self._product(pair)])
        known = len(self._request.bought.product) > 0
        return "customers whose choices are like yours buy it" if known and buyers > 1 else ""

    def _because_of(self, pair: int, how: str, generators: tuple[str, ...]) -> str:
        """The product that the customer bought and that leads here most strongly."""
        bought = self._request.bought
        weight = bought.occasions.decayed(self._view.as_of, 60.0)
        strength = np.zeros(len(bought.product))
        for source in self._recommender.sources:
            table = getattr(source.generator, "similar", None)
            if source.generator.name in generators and isinstance(table, Csr):
                strength += _similarity(table.take(bought.product), self._product(pair)) * weight
        strength[bought.product == self._product(pair)] = 0.0
        if not strength.any():
            return ""
        return f"it {how} {self._name(int(bought.product[int(strength.argmax())]))}, which you bought"

    def _basket(self, pair: int) -> str:
        context = self._request.context
        in_hand = np.append(context.basket, context.viewed[context.viewed >= 0])
        for source in self._recommender.sources:
            table = getattr(source.generator, "similar", None)
            if source.generator.name == "together" and isinstance(table, Csr) and len(in_hand):
                strength = _similarity(table.take(in_hand), self._product(pair))
                if strength.any():
                    return f"it is often bought together with {self._name(int(in_hand[int(strength.argmax())]))}"
        return ""

    def _product(self, pair: int) -> int:
        return int(self._view.product[pair])

    def _name(self, product: int) -> str:
        return self._recommender.catalogue.name[product] or self._recommender.products.id(product)

    def _days(self, time: int) -> float:
        return (self._view.as_of - time) / DAY


def _similarity(rows: Csr, product: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(R,) each row's entry for one product, 0 where there is none."""
    found = np.zeros(len(rows))
    at = np.flatnonzero(rows.index == product)
    found[rows.row[at]] = rows.value[at]
    return found


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _ago(days: float, last: str = "last ") -> str:
    return f"{last}today" if days < 1 else f"{last}{_days(days)} ago"


def _days(days: float) -> str:
    whole = max(1, round(days))
    return "1 day" if whole == 1 else f"{whole} days"


def _last_step(path: str) -> str:
    return path.rpartition(">")[2].strip()
