"""Questions: queries in the words of ids turned into a request of arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from features import _kernels
from features.arrays import DAY, Bools, Codes, Counts, offsets_of, rows_of
from features.basket import basket_of
from features.catalogue import Catalogue
from features.context import Context
from features.history import History
from features.interests.names import LEVELS, Level, Names
from features.interests.saying import hidden, said
from features.interests.saying import unwanted as unwanted_by
from features.kinds import Kind
from features.market import Market
from features.profiles import Attribute, Interests, Profiles
from features.recent import Deed, joined
from features.vocabulary import Vocabulary
from training.candidates.scores import Baskets
from training.faded import Faded
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

    @cached_property
    def names(self) -> Names:
        """What an interest may be called."""
        return Names.of(self.catalogue)

    def request(self, queries: Sequence[Query], time: int) -> Request:
        """R queries as of a moment. Customers without consent are strangers; unknown products are passed over."""
        customer = self.customers.indices([query.customer_id or "" for query in queries])
        refused = customer >= 0
        refused[refused] = ~self.profiles.personal[customer[refused]]
        for row, query in enumerate(queries):
            if query.personal is not None:
                refused[row] = not query.personal
        if refused.any():
            customer[refused] = -1
            queries = [_unknown(query) if no else query for query, no in zip(queries, refused, strict=True)]
        history, profiles = self.history.take(customer), self._told(queries, customer, time)
        context = self._context(queries, time)
        faded = None
        if any(query.faded for query in queries):
            faded = Faded.of([query.faded for query in queries], self.products)
        recent = [query.recent for query in queries]
        if not any(recent):
            return self._without_unwanted(Request(customer, history, profiles, context, faded=faded), queries)
        renewed = np.array([any(deed.kind in _TRADE for deed in deeds) for deeds in recent])
        history, rested = joined(history, recent, self.products), self._rested(recent, time)
        return self._without_unwanted(Request(customer, history, profiles, context, renewed, rested, faded), queries)

    def _without_unwanted(self, request: Request, queries: Sequence[Query]) -> Request:
        """Without what customers did with things that they do not want to be known for: nothing rests on it, and no
        such thing that they touched is shown."""
        asked = {row: query.told for row, query in enumerate(queries) if query.told is not None and query.told.removed}
        if not asked:
            return request
        unwanted = {row: unwanted_by(told, self.names, self.catalogue) for row, told in asked.items()}
        history = request.history
        gone = hidden(history, unwanted)
        bought = history.row[gone & (history.kind == Kind.PURCHASE)]
        renewed = np.bincount(bought, minlength=len(request)) > 0
        rows, products = [history.row[gone]], [history.product[gone]]
        if request.rested is not None:
            rows.append(rows_of(request.rested.offsets))
            products.append(request.rested.product)
        return replace(
            request,
            history=history.only(~gone),
            renewed=renewed if request.renewed is None else renewed | request.renewed,
            rested=_baskets(
                np.concatenate(rows).astype(np.int64), np.concatenate(products).astype(np.int64), len(request)
            ),
        )

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
        return _baskets(np.array(rows, np.int64), np.array(bought, np.int64), len(recent))

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

    def _told(self, queries: Sequence[Query], customer: Codes, time: int) -> Profiles:
        """The profiles with what the queries declare."""
        known = self.profiles.take(customer)
        if not any(query.interests or query.attributes or query.told for query in queries):
            return known
        levels = [
            Interests.of([self._interests(query, interests.row(row), level, time) for row, query in enumerate(queries)])
            for level, interests in zip(LEVELS, known.interests, strict=True)
        ]
        attributes = {name: _overridden(name, a, queries) for name, a in known.attributes.items()}
        return replace(known, attributes=attributes).with_interests(levels)

    def _interests(self, query: Query, known: Mapping[int, int], level: Level, time: int) -> dict[int, int]:
        """Since when whoever asks is interested in the groups of a level: declared just now, told before, or known."""
        now = {code: time for name in query.interests for code in self.names.find(name).of(level)}
        return now | said(known, query.told, self.names, level)


def _baskets(row: Counts, product: Counts, rows: int) -> Baskets:
    keys, _ = _kernels.distinct(row << 32 | product)
    return Baskets(offsets_of(keys >> 32, rows), (keys & 0xFFFFFFFF).astype(np.int32))


def _unknown(query: Query) -> Query:
    """Without what is kept of whoever asks."""
    return replace(query, recent=(), told=None)


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
