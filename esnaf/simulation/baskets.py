"""Baskets: what of the intents goes into the cart, out of it again, and to the till."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.intents import Intents, resumed
from esnaf.simulation.needs import begins
from esnaf.simulation.visits import BROWSE, NEVER, TARGETED, Visits
from esnaf.simulation.world import World
from features.arrays import Array, Bools


@dataclass(frozen=True)
class Baskets:
    """What came of each of L intents, and of each of S sessions."""

    intents: Intents
    carted: Bools  # (L,)
    removed: Bools  # (L,)
    paid: Bools  # (L,)

    @classmethod
    def draw(cls, world: World, visits: Visits, intents: Intents, *, rng: Generator) -> Self:
        """Fill carts, abandon some, and let some of the abandoned ones be what the next session is about."""
        L, S = len(intents.session), len(visits)
        time = visits.time[intents.session]
        removed = (rng.random(L) < world.parameters.remove_share) & ~visits.store[intents.session]
        checkout = rng.random(S) < np.array(world.parameters.checkout_share)[visits.mission]
        checkout &= (visits.login != NEVER) | (rng.random(S) < world.parameters.guest_share)
        checkout |= visits.store
        carted = intents.wanted & world.assortment.in_stock(intents.product, time)
        left = np.flatnonzero(carted & ~removed & ~checkout[intents.session] & ~intents.need)
        left = left[rng.random(len(left)) < world.parameters.resume_share]
        intents = _resume(visits, intents, left)
        carted = intents.wanted & world.assortment.in_stock(intents.product, time)
        return cls(intents, carted, carted & removed, carted & ~removed & checkout[intents.session])


def _resume(visits: Visits, intents: Intents, left: Array) -> Intents:
    """Let the next session of the same person be about a product that was left in the cart."""
    left = left[begins(intents.session[left])]
    session = intents.session[left]
    after = np.minimum(session + 1, len(visits) - 1)
    free = np.isin(visits.mission[after], (BROWSE, TARGETED)) & ~visits.store[after]
    follows = free & (visits.person[after] == visits.person[session]) & (after > session)
    follows &= ~np.isin(session, after[follows])  # a session that resumes has itself another product now
    intent = np.searchsorted(intents.session, after[follows])
    return resumed(intents, intent, intents.product[left[follows]])
