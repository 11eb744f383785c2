"""View: what feature functions see, a batch of pairs with everything that is shared between features."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features import _kernels
from features.arrays import DAY, Array, Codes, Counts, Doubles, Times
from features.catalogue import Catalogue
from features.context import Context
from features.groups import Occasions
from features.history import History
from features.kinds import Kind
from features.market import Market
from features.pairs import Pairs
from features.profiles import Profiles


@dataclass(frozen=True)
class Joined:
    """Groups of events, and which one belongs to each of M pairs."""

    groups: Occasions
    at: Counts  # (M,) group of each pair, -1 where there is none

    def of(self, values: Array, missing: float = np.nan) -> Array:
        """(M,) the pair's entry of `values` (K,)."""
        if not len(values):
            return np.full(len(self.at), missing)
        return _kernels.pick(np.ascontiguousarray(values), self.at, missing)

    @cached_property
    def count(self) -> Array:
        """(M,) events, 0 where there are none."""
        return self.of(self.groups.count, 0)

    def days_since(self, times: Times, moment: int) -> Doubles:
        """(M,) days from the pair's entry of `times` (K,) to a moment, NaN where there is none."""
        return self.of((moment - times) / DAY)


class View:
    """M pairs of R customers and P products, as of one moment.

    Everything is made on first use and kept, so a feature that nobody asks for costs nothing.
    """

    def __init__(
        self,
        history: History,
        catalogue: Catalogue,
        market: Market,
        pairs: Pairs,
        as_of: int,
        *,
        profiles: Profiles | None = None,
        context: Context | None = None,
    ) -> None:
        self.history, self.catalogue, self.market = history, catalogue, market
        self.pairs, self.as_of = pairs, as_of
        self.profiles = profiles
        self.context = Context.at(as_of, len(history)) if context is None else context

    @property
    def row(self) -> Codes:
        """(M,) the customer's row of each pair."""
        return self.pairs.customer

    @property
    def product(self) -> Codes:
        """(M,) the product of each pair."""
        return self.pairs.product

    def by_product(self, values: Array) -> Array:
        """(M,) the entry of each pair's product in `values` (P,)."""
        return values.take(self.product)

    def by_customer(self, values: Array) -> Array:
        """(M,) the entry of each pair's customer in `values` (R,)."""
        return values.take(self.row)

    @cached_property
    def bought(self) -> History:
        """The purchases."""
        return self.history.purchases

    @cached_property
    def orders(self) -> Joined:
        """The customer's orders; the weight is units."""
        return self._joined(self.bought, np.zeros_like, 1, merge=True)

    @cached_property
    def repeats(self) -> Joined:
        """The customer's orders of the product."""
        groups = self.history.repeats
        return Joined(groups, groups.find(self.row, self.product))

    @cached_property
    def categories(self) -> Joined:
        """The customer's orders in the product's category."""
        return self._by_catalogue(self.bought, self.catalogue.category, merge=True)

    @cached_property
    def departments(self) -> Joined:
        """The customer's orders in the product's department."""
        return self._by_catalogue(self.bought, self.catalogue.department, merge=True)

    @cached_property
    def brands(self) -> Joined:
        """The customer's orders of the product's brand."""
        return self._by_catalogue(self.bought, self.catalogue.brand, merge=True)

    @cached_property
    def views(self) -> Joined:
        """The customer's views and clicks of the product."""
        return self._of_kinds(Kind.VIEW, Kind.CLICK)

    @cached_property
    def carts(self) -> Joined:
        """The customer's additions of the product to the cart."""
        return self._of_kinds(Kind.ADD_TO_CART)

    @cached_property
    def uncarts(self) -> Joined:
        """The customer's removals of the product from the cart."""
        return self._of_kinds(Kind.REMOVE_FROM_CART)

    @cached_property
    def wishes(self) -> Joined:
        """The customer's wishes for the product."""
        return self._of_kinds(Kind.WISHLIST)

    @cached_property
    def browsed(self) -> History:
        """Views, clicks, additions to the cart and wishes: interest short of a purchase."""
        return self.history.of_kinds(Kind.VIEW, Kind.CLICK, Kind.ADD_TO_CART, Kind.WISHLIST)

    @cached_property
    def category_interest(self) -> Joined:
        """The customer's interest in the product's category."""
        return self._by_catalogue(self.browsed, self.catalogue.category, merge=False)

    @cached_property
    def brand_interest(self) -> Joined:
        """The customer's interest in the product's brand."""
        return self._by_catalogue(self.browsed, self.catalogue.brand, merge=False)

    @cached_property
    def searches(self) -> Joined:
        """The customer's searches."""
        searches = self.history.of_kinds(Kind.SEARCH)
        return self._joined(searches, np.zeros_like, 1, merge=False)

    @cached_property
    def log_price(self) -> tuple[Doubles, Doubles]:
        """(R,) mean and standard deviation of the log of the prices the customer paid, NaN where unknown."""
        known = self.bought.price > 0
        row, value = self.bought.row[known], np.log(self.bought.price[known].astype(np.float64))
        with np.errstate(invalid="ignore"):
            count = np.bincount(row, minlength=len(self.history))
            mean = np.bincount(row, value, len(self.history)) / count
            square = np.bincount(row, value * value, len(self.history)) / count
            return mean, np.sqrt(np.maximum(square - mean * mean, 0.0))

    def _of_kinds(self, *kinds: Kind) -> Joined:
        return self._joined(self.history.of_kinds(*kinds), lambda product: product, len(self.catalogue), merge=False)

    def _by_catalogue(self, events: History, codes: Codes, *, merge: bool) -> Joined:
        return self._joined(events, lambda product: codes[product], int(codes.max(initial=0)) + 1, merge=merge)

    def _joined(self, events: History, thing: Callable[[Codes], Codes], things: int, *, merge: bool) -> Joined:
        groups = Occasions.group_by(
            events.row,
            thing(events.product),
            things=things,
            time=events.time,
            order=events.order_number,
            weight=events.quantity.astype(np.float64),
            merge=merge,
        )
        return Joined(groups, groups.find(self.row, thing(self.product)))
