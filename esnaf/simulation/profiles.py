"""Profiles: what customers told the shop about themselves, some of it missing."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.categories import CATEGORIES
from esnaf.simulation.contacts import Contacts
from esnaf.simulation.interests import INTERESTS, category_weights
from esnaf.simulation.people import People, pick
from esnaf.simulation.places import COUNTRIES
from esnaf.simulation.world import World
from features.arrays import DAY, Array, Times

PURPOSES = ("personalisation", "analytics", "messaging")
_CONSENT_UNKNOWN = 0.03


@dataclass(frozen=True)
class Profiles:
    """What N customers said about themselves; the visitors are not in it."""

    contacts: Contacts
    city: Array  # names
    interests: list[list[str]]
    consent: list[list[str] | None]
    created: Times  # of the account

    @classmethod
    def draw(cls, world: World, people: People, rng: Generator) -> Self:
        """Draw the profiles of a batch of people."""
        n = people.customers
        contacts = Contacts.draw(people, rng)
        count = np.array([len(country.cities) for country in COUNTRIES])
        first = np.cumsum(count) - count
        names = np.array([city for country in COUNTRIES for city in country.cities], object)
        city = names[first[contacts.country] + (rng.random(n) * count[contacts.country]).astype(np.int64)]
        before = (rng.exponential(300, n) * DAY).astype(np.int64)
        return cls(
            contacts,
            city,
            _interests(world, people, rng),
            _consents(world, people, rng),
            people.joined[:n] - np.where(people.newcomer[:n], 120, before),
        )


def _interests(world: World, people: People, rng: Generator) -> list[list[str]]:
    """Declared interests: categories that suit the taste, for some of the customers."""
    declared: list[list[str]] = [[] for _ in range(people.customers)]
    some = np.flatnonzero(rng.random(people.customers) < world.parameters.interests_share)
    count = rng.integers(1, 5, len(some))
    customer = np.repeat(some, count)
    favourites = np.cumsum(category_weights()[: len(INTERESTS)], axis=1)
    interest = pick(np.cumsum(people.taste[customer], axis=1), rng)
    for row, category in zip(customer.tolist(), pick(favourites[interest], rng).tolist(), strict=True):
        path = CATEGORIES[category].path
        if path not in declared[row]:
            declared[row].append(path)
    return declared


def _consents(world: World, people: People, rng: Generator) -> list[list[str] | None]:
    n = people.customers
    given = rng.random((n, len(PURPOSES))) < world.parameters.consent
    given[:, PURPOSES.index("messaging")] = people.messaging[:n]
    unknown = (rng.random(n) < _CONSENT_UNKNOWN) & ~people.messaging[:n]
    code = np.where(unknown, -1, given @ (1 << np.arange(len(PURPOSES))))
    said = [[purpose for bit, purpose in enumerate(PURPOSES) if code >> bit & 1] for code in range(1 << len(PURPOSES))]
    return [None if c < 0 else said[c] for c in code.tolist()]
