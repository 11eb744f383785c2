"""Visits: when people come, what for, on which device, and whether the shop knows them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.clock import LAST_START, Clock, bump
from esnaf.simulation.parameters import Parameters
from esnaf.simulation.people import MOBILE, People, pick
from features.arrays import Array, Bools, Codes, Doubles, Times

MISSIONS = ("browse", "targeted", "gift", "replenish", "stock_up")
BROWSE, TARGETED, GIFT, REPLENISH, STOCK_UP = range(len(MISSIONS))
LOGINS = ("known", "at_checkout", "never")
KNOWN, AT_CHECKOUT, NEVER = range(len(LOGINS))
STORE = -1
"""Device slot of a visit to the store."""
_BROWSING_LOGINS = (0.5, 0.2, 0.3)
_BUYING_LOGINS = (0.62, 0.32, 0.06)
_CHRISTMAS, _VALENTINE = 345, 42  # days of the year


@dataclass(frozen=True)
class Visits:
    """S sessions, sorted by person and time."""

    person: Codes
    time: Times
    mission: Codes
    slot: Codes  # of the device, STORE in the store
    login: Codes

    @classmethod
    def draw(cls, parameters: Parameters, clock: Clock, people: People, rng: Generator) -> Self:
        """Draw all sessions of these people: a Poisson process each, over the shop's busyness."""
        until = np.minimum(people.churned, clock.end - LAST_START)
        begin, end = clock.busy_days(people.joined), clock.busy_days(until)
        count = rng.poisson(people.rate * np.maximum(end - begin, 0))
        person = np.repeat(np.arange(len(people)), count)
        time = clock.at(begin[person] + rng.random(len(person)) * (end - begin)[person])
        new = np.flatnonzero(people.newcomer)  # whoever joins does so by coming
        whose, when = np.append(person, new), np.append(time, people.joined[new])
        by = np.lexsort((when, whose))
        return cls.of(parameters, people, whose[by].astype(np.int32), when[by], rng=rng)

    @classmethod
    def of(cls, parameters: Parameters, people: People, person: Codes, time: Times, *, rng: Generator) -> Self:
        """Sessions of these people at these times, in their order."""
        mission = _missions(parameters, person, time, rng=rng)
        slot = pick(np.cumsum(people.devices[person], axis=1), rng)
        in_store = people.card[person] & (mission != BROWSE) & (rng.random(len(person)) < parameters.store_share)
        slot[in_store] = STORE
        return cls(person, time, mission, slot, _logins(people, person, mission, slot=slot, rng=rng))

    def __len__(self) -> int:
        return len(self.person)

    @property
    def store(self) -> Bools:
        """(S,) in the store."""
        return np.asarray(self.slot == STORE)


def _missions(parameters: Parameters, person: Codes, time: Times, *, rng: Generator) -> Codes:
    people = int(person.max(initial=-1)) + 1
    habit = np.array(parameters.missions) * rng.lognormal(0, 0.4, (people, len(MISSIONS)))
    weights: Doubles = habit[person]
    weights[:, GIFT] *= 0.7 + 2.5 * bump(time, _CHRISTMAS, 14) + 0.8 * bump(time, _VALENTINE, 5)
    return pick(np.cumsum(weights, axis=1), rng)


def _logins(people: People, person: Codes, mission: Codes, *, slot: Array, rng: Generator) -> Codes:
    browsing = np.cumsum(_BROWSING_LOGINS)
    buying = np.cumsum(_BUYING_LOGINS)
    login = pick(np.where((mission == BROWSE)[:, None], browsing, buying), rng)
    login[(slot == STORE) | ((slot == MOBILE) & people.app[person])] = KNOWN
    login[person >= people.customers] = NEVER
    return login
