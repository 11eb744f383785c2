"""Questions: queries in the words of ids turned into a request of arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from features import _kernels
from features.arrays import DAY, Bools, Codes, offsets_of
from features.basket import basket_of
from features.catalogue import Catalogue
from features.context import Context
from features.history import History
from features.kinds import Kind
from features.market import Market
from features.profiles import Attribute, Interests, Profiles
from features.recent import Deed, joined
from features.vocabulary import Vocabulary
from training.candidates.scores import Baskets
from training.naming import codes_of, in_categories, of_brands
from training.query import Filters, Query
from training.request import Request

_TRADE = (Kind.PURCHASE, Kind.REFUND)


@dataclass(frozen=True)
class Questions:
    """What a model knows that gives meaning to a query."""

    customers: Vocabulary
    products: Vocabulary
    history: History  # C customers
    profiles: Profiles  # C customers
    catalogue: Catalogue
    market: Market

    def request(self, queries: Sequence[Query], time: int) -> Request:
        """R queries as of a moment. Customers without consent are strangers; unknown products are passed over."""
        customer = self.customers.indices([query.customer_id or "" for query in queries])
        refused = customer >= 0
        refused[refused] = ~self.profiles.personal[customer[refused]]
        if refused.any():
            customer[refused] = -1
            queries = [replace(query, recent=()) if no else query for query, no in zip(queries, refused, strict=True)]
        history, profiles = self.history.take(customer), self._told(queries, customer)
        context = self._context(queries, time)
        recent = [query.recent for query in queries]
        if not any(recent):
            return Request(customer, history, profiles, context)
        renewed = np.array([any(deed.kind in _TRADE for deed in deeds) for deeds in recent])
        history = joined(history, recent, self.products)
        return Request(customer, history, profiles, context, renewed, self._rested(recent, time))

    def _rested(self, recent: Sequence[Sequence[Deed]], time: int) -> Baskets:
        """What each customer bought just now and does not need again: until half of the time has passed after which
        others buy it again, or for good where nobody does."""
        rows: list[int] = []
        bought: list[int] = []
        for row, deeds in enumerate(recent):
            for deed in deeds:
                product = self.products.index(deed.product_id) if deed.product_id and deed.kind == Kind.PURCHASE else -1
                if product >= 0 and not time - deed.time >= self.market.gap[product] * DAY / 2:
                    rows.append(row)
                    bought.append(product)
        keys, _ = _kernels.distinct(np.array(rows, np.int64) << 32 | np.array(bought, np.int64))
        return Baskets(offsets_of(keys >> 32, len(recent)), (keys & 0xFFFFFFFF).astype(np.int32))

    def of_customers(self, customer: Codes, time: int) -> Request:
        """Customers by index, -1 for a stranger, with nothing in hand."""
        context = Context.at(time, len(customer))
        return Request(customer, self.history.take(customer), self.profiles.take(customer), context)

    def allowed(self, filters: Filters) -> Bools | None:
        """(P,) the products that may be shown under a query's filters; None if all may."""
        available = self.catalogue.available
        masks = [*([] if available.all() else [available]), *self._masks(filters)]
        return np.logical_and.reduce(masks) if masks else None

    def matching(self, filters: Filters) -> Bools:
        """(P,) the products that the filters let pass, available or not."""
        matching: Bools = np.logical_and.reduce([np.ones(len(self.catalogue), np.bool_), *self._masks(filters)])
        return matching

    def _masks(self, filters: Filters) -> list[Bools]:
        catalogue = self.catalogue
        masks = []
        if filters.categories:
            masks.append(in_categories(catalogue, filters.categories))
        if filters.brands:
            masks.append(of_brands(catalogue, filters.brands))
        if filters.price_min is not None or filters.price_max is not None:
            price = np.where(np.isnan(catalogue.price), self.market.price_28, catalogue.price)
            low, high = filters.price_min, filters.price_max
            masks.append((price >= (-np.inf if low is None else low)) & (price <= (np.inf if high is None else high)))
        excluded = self._known(filters.exclude_products)
        if len(excluded):
            keep = np.ones(len(catalogue), np.bool_)
            keep[excluded] = False
            masks.append(keep)
        return masks

    def _known(self, ids: Sequence[str]) -> Codes:
        found = self.products.indices(list(ids))
        return found[found >= 0]

    def _context(self, queries: Sequence[Query], time: int) -> Context:
        baskets = [sorted({i for i in map(self.products.index, _basket(q, time)) if i >= 0}) for q in queries]
        offsets = np.cumsum([0, *map(len, baskets)], dtype=np.int64)
        viewed = self.products.indices([query.viewed or "" for query in queries])
        return Context(time, offsets, np.array([i for basket in baskets for i in basket], np.int32), viewed)

    def _told(self, queries: Sequence[Query], customer: Codes) -> Profiles:
        """The profiles with what the queries declare."""
        known, catalogue = self.profiles.take(customer), self.catalogue
        if not any(query.interests or query.attributes for query in queries):
            return known
        wanted = [query.interests for query in queries]
        return Profiles(
            {name: _overridden(name, a, queries) for name, a in known.attributes.items()},
            _declared(known.departments, wanted, catalogue.department_names),
            _declared(known.categories, wanted, catalogue.category_names),
            _declared(known.brands, wanted, catalogue.brand_names),
            known.personal,
        )


def _basket(query: Query, time: int) -> tuple[str, ...]:
    """As stated, else as the last deeds tell."""
    return query.basket or basket_of(query.recent, time)


def _overridden(name: str, attribute: Attribute, queries: Sequence[Query]) -> Attribute:
    code = attribute.code.copy()
    for row, query in enumerate(queries):
        if name in query.attributes:
            found = codes_of([query.attributes[name]], attribute.names)
            code[row] = found[0] if found else -1
    return Attribute(code, attribute.names)


def _declared(known: Interests, wanted: Sequence[Sequence[str]], names: Sequence[str]) -> Interests:
    rows = [
        np.unique([*known.code[known.offsets[row] : known.offsets[row + 1]], *codes_of(asked, names)]).astype(np.int32)
        for row, asked in enumerate(wanted)
    ]
    lengths = [len(row) for row in rows]
    return Interests(np.append(0, np.cumsum(lengths)), np.concatenate([np.zeros(0, np.int32), *rows]))
