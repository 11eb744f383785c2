"""Stand-in: a product that the model knows in the place of a newcomer that was touched.

The generators know nothing of a newcomer, but it says what the visitor looks for as well as any other product of its
category does. Its looks count as looks at the best seller there that costs about the same.
"""

from collections.abc import Sequence

import numpy as np

from features.arrays import Codes
from features.kinds import Kind
from features.newcomers.facts import Facts
from features.recent import Deed
from features.visit import LOOKS
from serving.newcomers.arrivals import Arrivals
from training.naming import in_categories, of_brands
from training.recommender import Recommender

_BEST = 10  # sellers of the category, or of the brand in it
_REMEMBERED = 1_000  # categories and brands


class StandIns:
    """Those of one model."""

    def __init__(self, model: Recommender, arrivals: Arrivals) -> None:
        self._model, self._arrivals = model, arrivals
        self._found: dict[tuple[str, str], Codes] = {}

    def of(self, facts: Facts) -> int | None:
        """The index of a product; None where nothing of the category is known."""
        if not facts.category:
            return None
        near = self._sellers(facts.category, facts.brand)
        near = near if len(near) else self._sellers(facts.category, "")
        if not len(near):
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.abs(np.log(self._model.market.price_28[near]) - np.log(facts.price))
        return int(near[int(np.where(np.isnan(apart), np.inf, apart).argmin())])

    def deeds(self, deeds: Sequence[Deed]) -> tuple[Deed, ...]:
        """What somebody did, with looks at stand-ins; what they put in the cart or bought stays their own."""
        return tuple(self._replaced(deed) for deed in deeds)

    def _replaced(self, deed: Deed) -> Deed:
        arrival = self._arrivals.get(deed.product_id)
        if arrival is None or deed.kind not in (*LOOKS, Kind.ADD_TO_CART):
            return deed
        found = self.of(arrival.facts)
        return deed if found is None else deed._replace(product_id=self._model.products.id(found), kind=Kind.VIEW)

    def _sellers(self, category: str, brand: str) -> Codes:
        """The best sellers that can be bought, best first; of a brand if one is named."""
        if (category, brand) not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[category, brand] = self._find(category, brand)
        return self._found[category, brand]

    def _find(self, category: str, brand: str) -> Codes:
        catalogue = self._model.catalogue
        inside = catalogue.available & in_categories(catalogue, [category])
        if brand:
            inside &= of_brands(catalogue, [brand])
        order = self._model.shelf.order
        found: Codes = order[inside[order]][:_BEST]
        return found
