"""Journal: the events of people's sessions, each at its moment."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.baskets import Baskets
from esnaf.simulation.needs import begins
from esnaf.simulation.notes import NO_NOTE
from esnaf.simulation.visits import AT_CHECKOUT, KNOWN, Visits
from esnaf.simulation.world import World
from features.arrays import Array, Bools, Codes, Doubles, Times
from features.kinds import Kind

NO_DEVICE = -2
"""Slot of events that come from no device and no store, as messages do."""
_DWELL = {
    Kind.VIEW: 32,
    Kind.CLICK: 5,
    Kind.SEARCH: 9,
    Kind.ADD_TO_CART: 9,
    Kind.REMOVE_FROM_CART: 14,
    Kind.WISHLIST: 6,
}
_TO_CHECKOUT = 55
"""Median seconds before each kind of event, and before the order."""
_DWELL_SPREAD = 0.9
_AT_END = np.int64(1) << 36  # key after all intents of a session
_WISH, _CART, _REMOVE = 4_000, 4_001, 4_002  # places after the looks of an intent


@dataclass(frozen=True)
class Journal:
    """E events."""

    person: Codes
    slot: Codes  # device, STORE or NO_DEVICE
    visit: Array  # session, -1 outside of sessions
    order: Array  # session whose order it belongs to, -1 for none
    time: Times
    kind: Array  # uint8
    product: Codes  # -1 for none
    quantity: Array  # 0 for none
    price: Doubles  # NaN for none
    known: Bools  # the shop knows the customer
    note: Array  # NO_NOTE for none

    @classmethod
    def joined(cls, parts: Sequence["Journal"]) -> Self:
        """All events in the order of time."""
        columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)}
        by = np.argsort(columns["time"], kind="stable")
        return cls(**{name: column[by] for name, column in columns.items()})

    @classmethod
    def draw(cls, world: World, visits: Visits, baskets: Baskets, *, rng: Generator) -> Self:
        """Play the sessions."""
        steps = _Steps.joined([*_of_intents(world, visits, baskets, rng=rng), *_at_till(visits, baskets)])
        session = steps.key >> 40
        time = _moments(visits, session, steps.kind, rng=rng)
        bought = steps.kind == Kind.PURCHASE
        login = visits.login[session]
        at_till = (steps.key & ((1 << 40) - 1)) >= _AT_END
        priced = bought | (steps.kind == Kind.ADD_TO_CART)
        product = np.maximum(steps.product, 0)
        price = world.assortment.price[product] * world.demand.price_factor(product, time)
        return cls(
            visits.person[session],
            visits.slot[session],
            np.where(visits.store[session], -1, session),
            np.where(bought, session, -1),
            time,
            steps.kind,
            steps.product,
            steps.quantity,
            np.where(priced, np.maximum(np.round(price, 2), 0.01), np.nan),
            (login == KNOWN) | ((login == AT_CHECKOUT) & at_till),
            steps.note,
        )

    def __len__(self) -> int:
        return len(self.time)

    def only(self, keep: Array) -> "Journal":
        """Some of the events."""
        return Journal(**{f.name: getattr(self, f.name)[keep] for f in fields(self)})


@dataclass(frozen=True)
class _Steps:
    key: Array  # session << 40 | place in the session
    kind: Array
    product: Codes
    quantity: Array
    note: Array

    @classmethod
    def of(
        cls, key: Array, kind: Kind, product: Codes, *, quantity: Array | int = 0, note: Array | int = NO_NOTE
    ) -> Self:
        n = len(key)
        return cls(
            key,
            np.full(n, int(kind), np.uint8),
            product,
            np.broadcast_to(np.asarray(quantity, np.int32), n),
            np.broadcast_to(np.asarray(note, np.int32), n),
        )

    @classmethod
    def joined(cls, parts: Sequence["_Steps"]) -> Self:
        columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)}
        by = np.argsort(columns["key"], kind="stable")
        return cls(**{name: column[by] for name, column in columns.items()})


def _of_intents(world: World, visits: Visits, baskets: Baskets, *, rng: Generator) -> list[_Steps]:
    """What can be seen of the intents outside of the store."""
    p, intents = world.parameters, baskets.intents
    key = _keys(intents.session)
    online = ~visits.store[intents.session]
    chance = rng.random(len(key))
    searched = np.flatnonzero(online & ~intents.along & (chance < p.search_share))
    wished = np.flatnonzero(online & ~intents.need & (chance > 1 - p.wishlist_share))
    carted = np.flatnonzero(online & baskets.carted)
    removed = np.flatnonzero(online & baskets.removed)
    looks = np.flatnonzero(online[intents.look_intent])
    look_key = key[intents.look_intent] + 2 * _ranks(intents.look_intent) + 2
    clicked = looks[rng.random(len(looks)) < p.click_share]
    nothing = np.full(len(searched), -1, np.int32)
    query = world.notes.query(intents.product[searched], rng)
    product = intents.product
    return [
        _Steps.of(key[searched], Kind.SEARCH, nothing, note=query),
        _Steps.of(look_key[clicked], Kind.CLICK, intents.look_product[clicked]),
        _Steps.of(look_key[looks] + 1, Kind.VIEW, intents.look_product[looks]),
        _Steps.of(key[wished] + _WISH, Kind.WISHLIST, product[wished]),
        _Steps.of(key[carted] + _CART, Kind.ADD_TO_CART, product[carted], quantity=intents.quantity[carted]),
        _Steps.of(key[removed] + _REMOVE, Kind.REMOVE_FROM_CART, product[removed], quantity=intents.quantity[removed]),
    ]


def _at_till(visits: Visits, baskets: Baskets) -> list[_Steps]:
    paid = np.flatnonzero(baskets.paid)
    session = baskets.intents.session[paid]
    ends = (session.astype(np.int64) << 40) + _AT_END
    logs_in = begins(session) & (visits.login[session] == AT_CHECKOUT)
    nobody = np.full(int(logs_in.sum()), -1, np.int32)
    return [
        _Steps.of(ends[logs_in], Kind.IDENTIFY, nobody),
        _Steps.of(ends + 1, Kind.PURCHASE, baskets.intents.product[paid], quantity=baskets.intents.quantity[paid]),
    ]


def _keys(session: Array) -> Array:
    """(L,) keys that leave 2^12 places to each intent of a session."""
    return (session.astype(np.int64) << 40) + (_ranks(session).astype(np.int64) << 12)


def _ranks(groups: Array) -> Array:
    """(N,) 0, 1, 2 ... within each group; groups stand side by side."""
    first = np.flatnonzero(begins(groups))
    return np.arange(len(groups)) - np.repeat(first, np.diff(np.append(first, len(groups))))


def _moments(visits: Visits, session: Array, kind: Array, *, rng: Generator) -> Times:
    """(E,) each event some while after the one before; all lines of an order at once."""
    median = np.full(len(Kind), _TO_CHECKOUT, np.float64)
    median[list(_DWELL)] = list(_DWELL.values())
    pause = median[kind] * np.exp(_DWELL_SPREAD * rng.standard_normal(len(kind), np.float32))
    first = begins(session)
    same_order = (kind == Kind.PURCHASE) & ~first & (np.append(0, kind[:-1]) == Kind.PURCHASE)
    pause = pause.astype(np.int64)
    pause[first | same_order] = 0
    total = np.cumsum(pause)
    starts = np.flatnonzero(first)
    since = total - np.repeat(total[starts], np.diff(np.append(starts, len(kind))))
    return np.asarray(visits.time[session] + since)
