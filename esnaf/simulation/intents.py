"""Intents: what people look for in a session, the products they consider, and the one they settle on."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.interests import GIFT as GIFT_ROW
from esnaf.simulation.interests import STAPLE
from esnaf.simulation.needs import Needs, begins
from esnaf.simulation.people import People, pick
from esnaf.simulation.visits import BROWSE, GIFT, REPLENISH, STOCK_UP, TARGETED, Visits
from esnaf.simulation.world import World
from features.arrays import Array, Bools, Codes

NO_INTEREST = -1
_WANTED_NEEDS = 0.96
_WANTED_STAPLES = 0.92
_WANTED_ALONG = 0.8
_IMPULSES = 0.6
"""Mean number of things of interest that catch the eye in a session for household goods."""


@dataclass(frozen=True)
class Intents:
    """L intents in the order of their sessions, and V looks at products in the order of the intents."""

    session: Array
    interest: Codes  # row of demand, NO_INTEREST for household needs
    product: Codes  # what the customer settles on
    quantity: Array
    wanted: Bools  # it goes into the cart if it can be had
    along: Bools  # it goes with another one of the session
    look_intent: Array  # (V,)
    look_product: Codes  # (V,)

    @classmethod
    def joined(cls, parts: Sequence["Intents"]) -> Self:
        """Several lists as one; within a session in the order of the lists."""
        starts = np.cumsum([0, *(len(part.session) for part in parts)])
        columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)}
        looks = np.concatenate([part.look_intent + start for part, start in zip(parts, starts, strict=False)])
        by = np.argsort(columns["session"], kind="stable")
        place = np.empty(len(by), np.int64)
        place[by] = np.arange(len(by))
        columns["look_intent"] = place[looks]
        order = np.argsort(columns["look_intent"], kind="stable")
        return cls(
            **{name: column[order] if name.startswith("look_") else column[by] for name, column in columns.items()}
        )

    @classmethod
    def draw(cls, world: World, people: People, visits: Visits, *, needs: Needs, rng: Generator) -> Self:
        """Draw what is wanted in each session: household needs, then the rest, then what goes along with it."""
        household = _household(world, needs, rng)
        wishes = _wishes(world, people, visits, needs=needs, rng=rng)
        return cls.joined([household, wishes, _along(world, visits, wishes, rng=rng)])

    @property
    def need(self) -> Bools:
        """(L,) a household need."""
        return np.asarray(self.interest == NO_INTEREST)


def _household(world: World, needs: Needs, rng: Generator) -> Intents:
    n = len(needs.session)
    looked = np.flatnonzero(rng.random(n) < world.parameters.need_looks)
    return Intents(
        needs.session,
        np.full(n, NO_INTEREST, np.int32),
        needs.product,
        needs.quantity,
        rng.random(n) < _WANTED_NEEDS,
        np.zeros(n, bool),
        looked,
        needs.product[looked],
    )


def _wishes(world: World, people: People, visits: Visits, *, needs: Needs, rng: Generator) -> Intents:
    session, interest = _topics(world, people, visits, needs=needs, rng=rng)
    product = world.demand.product(interest, visits.time[session], rng)
    count = _looks(world, visits.mission[session], interest, rng=rng)
    intent = np.repeat(np.arange(len(session)), count)
    considered = product[intent]
    others = ~begins(intent)
    at = intent[others]
    category = world.assortment.category[product[at]]
    found = world.demand.alternative(interest[at], category, visits.time[session[at]], rng=rng)
    considered[others] = np.where(found >= 0, found, considered[others])
    best = _best(world, people, visits.person[session[intent]], intent=intent, product=considered, rng=rng)
    share = np.where(
        interest == STAPLE, _WANTED_STAPLES, np.array(world.parameters.cart_share)[visits.mission[session]]
    )
    return Intents(
        session,
        interest,
        considered[best],
        1 + rng.poisson(np.where(interest == STAPLE, 0.3, 0.08)),
        rng.random(len(session)) < share,
        np.zeros(len(session), bool),
        intent,
        considered,
    )


def _topics(world: World, people: People, visits: Visits, *, needs: Needs, rng: Generator) -> tuple[Array, Codes]:
    """Sessions and rows of demand of all intents that are not household needs, in the order of the sessions."""
    S, mission = len(visits), visits.mission
    shopping = (mission == REPLENISH) | (mission == STOCK_UP)
    wishes = np.select([mission == BROWSE, mission == TARGETED, mission == GIFT], [0.35, 0.5, 0.6], _IMPULSES)
    own = rng.poisson(wishes) + ~shopping
    least, mean = world.parameters.stock_up_extras
    more = (mean - least) * rng.gamma(3, 1 / 3, S) / people.tempo[visits.person] ** 2
    extras = np.where(mission == STOCK_UP, least + rng.poisson(more), 0)
    extras[(mission == REPLENISH) & (np.bincount(needs.session, minlength=S) == 0)] = 1
    of_taste = np.repeat(np.arange(S), own)
    taste = pick(np.cumsum(people.taste[visits.person[of_taste]], axis=1), rng)
    taste[mission[of_taste] == GIFT] = GIFT_ROW
    session = np.append(np.repeat(np.arange(S), extras), of_taste)
    interest = np.append(np.full(extras.sum(), STAPLE, np.int32), taste)
    by = np.argsort(session, kind="stable")
    return session[by], interest[by]


def _looks(world: World, mission: Codes, interest: Codes, *, rng: Generator) -> Array:
    """How many products are considered: one at least, with a long tail."""
    more = np.where(interest == STAPLE, 0.15, np.array(world.parameters.looks)[mission] - 1)
    return 1 + rng.poisson(more * rng.gamma(1.2, 1 / 1.2, len(more)))


def _best(world: World, people: People, person: Codes, *, intent: Array, product: Codes, rng: Generator) -> Array:
    """(L,) position of the look that wins in each intent: style and price level near the customer's own, and chance."""
    liking = world.parameters.style_pull * (people.style[person] * world.assortment.style[product]).sum(axis=1)
    liking -= world.parameters.price_pull * np.abs(people.level[person] - world.assortment.level[product])
    liking += rng.gumbel(0, 1, len(person))
    first = np.flatnonzero(begins(intent))
    best = np.maximum.reduceat(liking, first) if len(first) else liking
    winners = np.flatnonzero(liking == np.repeat(best, np.diff(np.append(first, len(intent)))))
    return np.asarray(winners[begins(intent[winners])])


def _along(world: World, visits: Visits, wishes: Intents, *, rng: Generator) -> Intents:
    """What is taken along with some of the wanted products."""
    source = np.flatnonzero(wishes.wanted & (rng.random(len(wishes.wanted)) < world.parameters.complement_share))
    choices = world.assortment.complements[wishes.product[source]]
    product = choices[np.arange(len(source)), rng.integers(choices.shape[1], size=len(source))]
    kept = world.assortment.sold(product, visits.time[wishes.session[source]])
    source, product = source[kept], product[kept]
    return Intents(
        wishes.session[source],
        wishes.interest[source],
        product,
        np.ones(len(source), np.int64),
        rng.random(len(source)) < _WANTED_ALONG,
        np.ones(len(source), bool),
        np.arange(len(source)),
        product,
    )


def resumed(intents: Intents, intent: Array, product: Codes) -> Intents:
    """The same with other products settled on in some intents; their last look is at it, and they are wanted."""
    settled, looks, wanted = intents.product.copy(), intents.look_product.copy(), intents.wanted.copy()
    settled[intent] = product
    wanted[intent] = True
    last = np.searchsorted(intents.look_intent, intent, side="right") - 1
    looks[last] = product
    return replace(intents, product=settled, look_product=looks, wanted=wanted)
