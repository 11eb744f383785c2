"""Evidence: the facts behind each kind of reason, as clauses of a sentence to the customer."""

from collections.abc import Callable

import numpy as np

from features.arrays import DAY, NO_TIME, Codes, Doubles
from features.profiles import Interests
from features.registry import REGISTRY
from features.view import Joined, View
from training.candidates.sparse import Csr
from training.recommender import Recommender
from training.request import Request

FEW_SALES = 5  # in four weeks: fewer are no reason
FASTER = 1.5  # times the pace of the four weeks in the last of them


class Evidence:
    """What is known of some products (M,) and the one customer of a request."""

    def __init__(self, recommender: Recommender, request: Request, view: View) -> None:
        self._recommender, self._request, self._view = recommender, request, view

    @property
    def _clauses(self) -> dict[str, Callable[[int], str]]:
        """By kind. As an attribute they would tie the evidence, and with it the model, into a cycle of references."""
        return {
            "own": self._own,
            "taste": self._taste,
            "interest": self._interest,
            "popular": self._popular,
            "alike": self._alike,
            "goes_with": lambda pair: self._because_of(
                pair, "customers who bought {}, as you did, buy it too", ("neighbours", "rp3beta")
            ),
            "resembles": lambda pair: self._because_of(pair, "it resembles {}, which you bought", ("words",)),
            "basket": self._basket,
            "visit": self._visit,
            "nothing": lambda _: "",
        }

    def clause(self, kind: str, pair: int) -> str:
        """A clause on the product of a pair; empty where there is no fact of that kind."""
        if clause := self._clauses.get(kind):
            return clause(pair)
        return REGISTRY[kind].about.rstrip(".").lower() if kind in REGISTRY else f"chosen by {kind}"

    def _own(self, pair: int) -> str:
        """`you bought it twice, last 12 days ago`; with three purchases there is a rhythm to tell."""
        repeats = self._view.repeats
        group = int(repeats.at[pair])
        if group < 0:
            return ""
        count, ago = int(repeats.groups.count[group]), self._ago(repeats, pair)
        if count == 1:
            return f"you bought it {ago}"
        gap = float(repeats.groups.gap[group])
        rhythm = f", about every {_days(gap)}" if count > 2 and gap >= 1 else ""
        return f"you bought it {_times(count)}{rhythm}, last {ago}"

    def _taste(self, pair: int) -> str:
        catalogue, product = self._recommender.catalogue, self._product(pair)
        for joined, codes, names in (
            (self._view.brands, catalogue.brand, catalogue.brand_names),
            (self._view.categories, catalogue.category, catalogue.category_names),
            (self._view.departments, catalogue.department, catalogue.department_names),
        ):
            count, code = int(joined.count[pair]), int(codes[product])
            if count > 1 and (name := _last_step(names[code])):
                return f"you bought from {name} {_times(count)}"
        return ""

    def _interest(self, pair: int) -> str:
        """What the customer did with the product since buying it last, and what was declared."""
        view = self._view
        taken_out = self._last(view.uncarts, pair)
        for joined, did, undone in (
            (view.carts, "you put it in your cart", taken_out),
            (view.wishes, "you put it on your wish list", NO_TIME),
            (view.views, "you looked at it", NO_TIME),
        ):
            last = self._last(joined, pair)
            if last > max(undone, self._last(view.repeats, pair)):
                return f"{did} {self._ago(joined, pair)}"
        declared = self._declared(pair)
        return f"you told us that you like {declared}" if declared else ""

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
        faster = market.sold_7[product] * 4 > FASTER * sold
        text = f"it was bought {sold} times in the last four weeks"
        return f"{text}, and more and more often" if faster else text

    def _alike(self, pair: int) -> str:
        buyers = int(self._recommender.market.buyers[self._product(pair)])
        known = len(self._request.bought.product) > 0
        return "customers with a taste like yours buy it" if known and buyers > 1 else ""

    def _because_of(self, pair: int, wording: str, generators: tuple[str, ...]) -> str:
        """The product that the customer bought and that leads here most strongly."""
        bought = self._request.bought
        weight = bought.occasions.decayed(self._view.as_of, 60.0)
        strength = np.zeros(len(bought.product))
        for name in generators:
            strength += self._near(name, bought.product, pair) * weight
        strength[bought.product == self._product(pair)] = 0.0
        return wording.format(self._name(int(bought.product[int(strength.argmax())]))) if strength.any() else ""

    def _basket(self, pair: int) -> str:
        context = self._request.context
        for products, where in (
            (context.basket, "in your cart"),
            (context.viewed[context.viewed >= 0], "that you are looking at"),
        ):
            strength = self._near("together", products, pair)
            if strength.any():
                return f"it is often bought together with {self._name(int(products[int(strength.argmax())]))} {where}"
        return ""

    def _visit(self, pair: int) -> str:
        """What was touched in the visit under way and leads here most strongly."""
        touched = self._request.visits.product
        if self._product(pair) in touched:
            return "you looked at it just now"
        strength = self._near("seen", touched, pair)
        if not strength.any():
            return ""
        return f"who looks at {self._name(int(touched[int(strength.argmax())]))}, as you did, often looks at it"

    def _near(self, generator: str, products: Codes, pair: int) -> Doubles:
        """(K,) how much each of some products leads to that of the pair, as a generator sees it."""
        strength = np.zeros(len(products))
        for source in self._recommender.sources:
            table = getattr(source.generator, "similar", getattr(source.generator, "followers", None))
            if source.generator.name == generator and isinstance(table, Csr):
                near = table.take(products)
                at = np.flatnonzero(near.index == self._product(pair))
                strength[near.row[at]] = near.value[at]
        return strength

    def _product(self, pair: int) -> int:
        return int(self._view.product[pair])

    def _name(self, product: int) -> str:
        return self._recommender.catalogue.name[product] or self._recommender.products.id(product)

    def _last(self, joined: Joined, pair: int) -> int:
        """When it was last done, NO_TIME where it never was."""
        group = int(joined.at[pair])
        return NO_TIME if group < 0 else int(joined.groups.last[group])

    def _ago(self, joined: Joined, pair: int) -> str:
        days = (self._view.as_of - self._last(joined, pair)) / DAY
        return "today" if days < 1 else f"{_days(days)} ago"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _days(days: float) -> str:
    whole = max(1, round(days))
    return "1 day" if whole == 1 else f"{whole} days"


def _last_step(path: str) -> str:
    return path.rpartition(">")[2].strip()
