"""View: what feature functions see, a batch of pairs with everything that is shared between features."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features import _kernels
from features.arrays import DAY, Array, Bools, Codes, Counts, Doubles, Times
from features.catalogue import Catalogue
from features.context import Context
from features.groups import THINGS, Occasions, wanted
from features.history import History
from features.kept import kept
from features.kinds import INTEREST, Kind
from features.market import Market
from features.pairs import Pairs
from features.profiles import Profiles

_PURCHASES = wanted(Kind.PURCHASE)


@dataclass(frozen=True)
class Joined:
    """Groups of events, and which one belongs to each of M pairs."""

    groups: Occasions
    at: Counts  # (M,) group of each pair, -1 where there is none

    def of(self, values: Array, missing: float = np.nan) -> Array:
        """(M,) the pair's entry of `values` (K,)."""
        return _kernels.pick(np.ascontiguousarray(values), self.at, missing)

    @kept
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
        foretold: Mapping[str, Doubles] | None = None,
    ) -> None:
        self.history, self.catalogue, self.market = history, catalogue, market
        self.pairs, self.as_of = pairs, as_of
        self.profiles = profiles
        self.foretold = {} if foretold is None else foretold  # (R,) by name, see features.segments.foretold
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

    @kept
    def bought(self) -> History:
        """The purchases."""
        return self.history.purchases

    @kept
    def orders(self) -> Joined:
        """The customer's orders; the weight is units."""
        return self._joined(_PURCHASES, 0, merge=True)

    @kept
    def repeats(self) -> Joined:
        """The customer's orders of the product."""
        groups = self.history.repeats
        return Joined(groups, groups.find(self.row, self.product, None))

    @kept
    def categories(self) -> Joined:
        """The customer's orders in the product's category."""
        return self._joined(_PURCHASES, self.catalogue.category, merge=True)

    @kept
    def departments(self) -> Joined:
        """The customer's orders in the product's department."""
        return self._joined(_PURCHASES, self.catalogue.department, merge=True)

    @kept
    def brands(self) -> Joined:
        """The customer's orders of the product's brand."""
        return self._joined(_PURCHASES, self.catalogue.brand, merge=True)

    @kept
    def views(self) -> Joined:
        """The customer's views and clicks of the product."""
        return self._joined(wanted(Kind.VIEW, Kind.CLICK), None)

    @kept
    def carts(self) -> Joined:
        """The customer's additions of the product to the cart."""
        return self._joined(wanted(Kind.ADD_TO_CART), None)

    @kept
    def uncarts(self) -> Joined:
        """The customer's removals of the product from the cart."""
        return self._joined(wanted(Kind.REMOVE_FROM_CART), None)

    @kept
    def wishes(self) -> Joined:
        """The customer's wishes for the product."""
        return self._joined(wanted(Kind.WISHLIST), None)

    @kept
    def category_interest(self) -> Joined:
        """The customer's interest in the product's category."""
        return self._joined(wanted(*INTEREST), self.catalogue.category)

    @kept
    def brand_interest(self) -> Joined:
        """The customer's interest in the product's brand."""
        return self._joined(wanted(*INTEREST), self.catalogue.brand)

    @kept
    def searches(self) -> Joined:
        """The customer's searches."""
        return self._joined(wanted(Kind.SEARCH), 0)

    @kept
    def log_price(self) -> tuple[Doubles, Doubles]:
        """(R,) mean and standard deviation of the log of the prices the customer paid, NaN where unknown."""
        history = self.history
        known = (history.kind == Kind.PURCHASE) & (history.price > 0)
        row, value = history.row[known], np.log(history.price[known].astype(np.float64))
        with np.errstate(invalid="ignore"):
            count = np.bincount(row, minlength=len(history))
            mean = np.bincount(row, value, len(history)) / count
            square = np.bincount(row, value * value, len(history)) / count
            return mean, np.sqrt(np.maximum(square - mean * mean, 0.0))

    def _joined(self, kinds: Bools, thing: Codes | int | None, *, merge: bool = False) -> Joined:
        """Events grouped by a code of their products, or all together where it is a number; see `Occasions.of`."""
        things = 1 if isinstance(thing, int) else THINGS
        groups = Occasions.of(self.history, kinds, thing, things=things, merge=merge)
        return Joined(groups, groups.find(self.row, self.product, thing))
