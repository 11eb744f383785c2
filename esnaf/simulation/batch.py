"""Batch: everything about one group of people, drawn from its own seed, so that groups can be made in any order."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation import aftermath, identities
from esnaf.simulation.baskets import Baskets
from esnaf.simulation.identities import Links
from esnaf.simulation.intents import Intents
from esnaf.simulation.journal import Journal
from esnaf.simulation.needs import Needs
from esnaf.simulation.notes import message_texts
from esnaf.simulation.people import People
from esnaf.simulation.profiles import Profiles
from esnaf.simulation.visits import Visits
from esnaf.simulation.world import World
from features.arrays import DAY, Array
from features.kinds import Kind

SIZE = 4_096
"""Customers of a batch: what is in memory at once. Part of the seed: another size is another shop."""


@dataclass(frozen=True)
class Batch:
    """One group of people and all they did."""

    number: int
    people: People
    visits: Visits
    baskets: Baskets
    journal: Journal
    messages: Any  # Arrow strings: the notes that are not common to all
    profiles: Profiles
    links: Links

    @classmethod
    def draw(cls, world: World, number: int) -> Self:
        """The batch of that number; the last one may be smaller."""
        rng = np.random.default_rng((world.parameters.seed, 1, number))
        people, visits, baskets, journal, messages = _behaviour(world, number, rng)
        profiles = Profiles.draw(world, people, rng)
        links = identities.draw(world, people, profiles, journal=journal, rng=rng)
        return cls(number, people, visits, baskets, journal, messages, profiles, links)


def _behaviour(world: World, number: int, rng: Generator) -> tuple[People, Visits, Baskets, Journal, Any]:
    stride = SIZE + round(SIZE * world.parameters.visitor_share)
    size = min(SIZE, world.parameters.customers - number * SIZE)
    people = People.draw(world.parameters, world.clock, world.demand, first=number * stride, size=size, rng=rng)
    visits = Visits.draw(world.parameters, world.clock, people, rng)
    needs = Needs.draw(world, people, visits, rng=rng)
    intents = Intents.draw(world, people, visits, needs=needs, rng=rng)
    baskets = Baskets.draw(world, visits, intents, rng=rng)
    sessions = Journal.draw(world, visits, baskets, rng=rng)
    purchases = sessions.only(np.flatnonzero(sessions.kind == Kind.PURCHASE))
    sent, sent_at = aftermath.messages(world, people, visits, first_note=len(world.notes.texts), rng=rng)
    refunds = aftermath.refunds(world, purchases, rng)
    surveys = aftermath.surveys(world, people, purchases, rng=rng)
    journal = Journal.joined([sessions, refunds, surveys, *sent])
    weeks = (sent_at // DAY + 3) // 7
    messages = message_texts(numbers(number, np.arange(len(sent_at))), weeks)
    return people, visits, baskets, journal.only(np.flatnonzero(journal.time < world.clock.end)), messages


def events(world: World, number: int) -> int:
    """How many events the batch of that number has."""
    *_, journal, _ = _behaviour(world, number, np.random.default_rng((world.parameters.seed, 1, number)))
    return len(journal)


def batches(customers: int) -> int:
    """How many batches there are."""
    return -(-customers // SIZE)


def numbers(batch: int, index: Array) -> Array:
    """Numbers over the whole shop of things that are counted in a batch."""
    return (np.int64(batch) << 26) + index
