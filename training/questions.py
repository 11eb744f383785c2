"""Questions: queries in the words of ids turned into a request of arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from features.arrays import DAY, Bools, Codes, offsets_of
from features.basket import basket_of
from features.catalogue import Catalogue
from features.context import Context
from features.history import History
from features.identity.aliases import Aliases
from features.kinds import Kind
from features.market import Market
from features.profiles import Attribute, Interests, Profiles
from features.recent import Deed, joined, together
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
    aliases: Aliases = field(default_factory=Aliases.none)  # other ids of the customers

    def request(self, queries: Sequence[Query], time: int) -> Request:
        """R queries as of a moment. Customers without consent are strangers; unknown products are passed over."""
        customer, others = self._who(queries)
        known = customer >= 0
        refused = np.zeros(len(customer), np.bool_)
        refused[known] = ~self.profiles.personal[customer[known]]
        for row, indices in others.items():
            refused[row] |= not self.profiles.personal[indices].all()
        customer[refused] = -1
        others = {row: indices for row, indices in others.items() if not refused[row]}
        queries = [replace(query, recent=()) if no else query for query, no in zip(queries, refused, strict=True)]
        told = self._told(queries, customer)
        request = self.of_customers(customer, time, context=self._context(queries, time), profiles=told)
        request = self._whole(request, others) if others else request
        if not any(query.recent for query in queries):
            return request
        recent = [query.recent for query in queries]
        renewed = np.array([any(deed.kind in _TRADE for deed in deeds) for deeds in recent])
        renewed = renewed if request.renewed is None else renewed | request.renewed
        history = joined(request.history, recent, self.products)
        return replace(request, history=history, renewed=renewed, rested=self._rested(recent, time))

    def index(self, id: str) -> int:
        """The index of a customer by whatever id, -1 where nobody is known by it."""
        found = self.customers.index(id)
        return max(self.aliases.customer_of(id), -1) if found < 0 else found

    def indices(self, ids: Sequence[str]) -> Codes:
        """The index of each of many customers."""
        found = self.customers.indices(ids)
        if len(self.aliases):
            for row in np.flatnonzero(found < 0).tolist():
                found[row] = self.index(ids[row])
        return found

    def _who(self, queries: Sequence[Query]) -> tuple[Codes, dict[int, Codes]]:
        """(R,) the customer of each query, and by row those under whose indices there is more of the same person: of
        several the first is the customer."""
        customer = self.customers.indices([query.customer_id or "" for query in queries])
        others: dict[int, Codes] = {}
        for row, query in enumerate(queries):
            if query.also or (customer[row] < 0 and query.customer_id and len(self.aliases)):
                found = dict.fromkeys(self.index(id) for id in (query.customer_id, *query.also) if id)
                found.pop(-1, None)
                first, *rest = found or (-1,)
                customer[row] = first
                if rest:
                    others[row] = np.array(rest, np.int32)
        return customer, others

    def _whole(self, request: Request, others: Mapping[int, Codes]) -> Request:
        """With the histories of further customers who are the same person. What generators learned of one of them is
        not the whole, so that all who have such histories are looked at anew."""
        rows = np.repeat(np.array(list(others), np.int32), [len(indices) for indices in others.values()])
        more = self.history.take(np.concatenate(list(others.values())))
        renewed = np.zeros(len(request), np.bool_)
        renewed[rows[more.row[np.isin(more.kind, _TRADE)]]] = True
        return replace(request, history=together(request.history, more, rows), renewed=renewed)

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
        keys = np.unique(np.array(rows, np.int64) << 32 | np.array(bought, np.int64))
        return Baskets(offsets_of(keys >> 32, len(recent)), (keys & 0xFFFFFFFF).astype(np.int32))

    def of_customers(
        self, customer: Codes, time: int, *, context: Context | None = None, profiles: Profiles | None = None
    ) -> Request:
        """Customers by index, -1 for a stranger."""
        return Request(
            customer,
            self.history.take(customer),
            self.profiles.take(customer) if profiles is None else profiles,
            Context.at(time, len(customer)) if context is None else context,
        )

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
        baskets = [np.unique(self._known(_basket(query, time))) for query in queries]
        rows = np.repeat(np.arange(len(queries)), [len(basket) for basket in baskets])
        viewed = self.products.indices([query.viewed or "" for query in queries])
        basket = np.concatenate([np.zeros(0, np.int32), *baskets]).astype(np.int32)
        return Context(time, offsets_of(rows, len(queries)), basket, viewed)

    def _told(self, queries: Sequence[Query], customer: Codes) -> Profiles | None:
        """The profiles with what the queries declare; None if they declare nothing."""
        if not any(query.interests or query.attributes for query in queries):
            return None
        known, catalogue = self.profiles.take(customer), self.catalogue
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
