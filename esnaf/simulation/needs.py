"""Needs: the goods a household uses up, and in which session it buys each of them again."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.categories import CATEGORIES
from esnaf.simulation.interests import INTERESTS, STAPLE
from esnaf.simulation.people import People
from esnaf.simulation.visits import REPLENISH, STOCK_UP, Visits
from esnaf.simulation.world import World
from features.arrays import DAY, Array, Bools, Codes, Doubles, Times

_SHARES = {"Grocery": 0.75, "Household": 0.75, "Beauty": 0.5, "Health": 0.5, "Baby": 0.05, "Pets": 0.12}
_OTHERS = 0.12
_WITH_INTEREST = 0.45
"""More households use something up that belongs to their main interest."""
_SHORTEST_GAP = 4.0  # days
_MOST_TIMES = 400


@dataclass(frozen=True)
class Needs:
    """L goods to buy: one row for each session and household need."""

    session: Array
    product: Codes
    quantity: Array

    @classmethod
    def draw(cls, world: World, people: People, visits: Visits, *, rng: Generator) -> Self:
        """Let goods run out at each household's own rhythm, and put each into the next session for household goods."""
        person, category = _households(world, people, rng)
        favourites = _favourites(world, people, person, category=category, rng=rng)
        offered = (favourites >= 0).all(axis=1)
        person, category, favourites = person[offered], category[offered], favourites[offered]
        usual = world.assortment.interval[favourites[:, 0]] * people.tempo[person]
        gap = np.maximum(usual * rng.lognormal(0, 0.2, len(person)), _SHORTEST_GAP)
        need, due = _run_out(world, people, person, gap=gap, rng=rng)
        session, need, times_due = _next_session(world, visits, person[need], need=need, due=due, rng=rng)
        product = _choose(world, favourites[need], rng)
        time = visits.time[session]
        other = (product < 0) | ~world.assortment.sold(np.maximum(product, 0), time)
        staple = np.full(int(other.sum()), STAPLE)
        product[other] = world.demand.alternative(staple, category[need][other], time[other], rng=rng)
        found = product >= 0
        quantity = 1 + (times_due > 1) + rng.poisson(0.25, len(session))
        return cls(session[found], product[found], quantity[found])


def _households(world: World, people: People, rng: Generator) -> tuple[Codes, Codes]:
    """(H,) person and category of what each household takes to this shop: more if it comes often."""
    shares = np.array([_SHARES.get(category.path.split(" > ")[0], _OTHERS) for category in CATEGORIES])
    used_up = np.array([category.interval > 0 for category in CATEGORIES])
    lift = np.array([[_lift(category.path, k) for category in CATEGORIES] for k in range(len(INTERESTS))])
    active = people.rate / (people.rate + world.parameters.needs_rate)
    chance = (shares + lift[people.main_interest]) * used_up * active[:, None]
    person, category = np.nonzero(rng.random(chance.shape) < chance)
    return person.astype(np.int32), category.astype(np.int32)


def _lift(path: str, interest: int) -> float:
    weights = [weight for prefix, weight in INTERESTS[interest].weights.items() if path.startswith(prefix)]
    return _WITH_INTEREST * min(1.0, 2 * max(weights, default=0.0))


def _favourites(world: World, people: People, person: Codes, *, category: Codes, rng: Generator) -> Codes:
    """(H, 2) the household's first and second product, -1 where nothing of the category was sold at its start."""
    start, interest = people.joined[person], people.main_interest[person]
    return np.stack([world.demand.alternative(interest, category, start, rng=rng) for _ in range(2)], axis=1)


def _run_out(world: World, people: People, person: Codes, *, gap: Doubles, rng: Generator) -> tuple[Array, Times]:
    """(D,) need and time of every moment at which a good has run out."""
    until = np.minimum(people.churned, world.clock.end)[person]
    days = (until - people.joined[person]) / DAY
    need = np.repeat(np.arange(len(person)), np.minimum(3 + 1.4 * days / gap, _MOST_TIMES).astype(np.int64))
    shape = world.parameters.need_shape
    steps = gap[need] * rng.gamma(shape, 1 / shape, len(need))
    first = begins(need)
    steps[first] *= rng.random(int(first.sum()))
    total = np.cumsum(steps)
    since = total - (total - steps)[first][np.cumsum(first) - 1]
    due = people.joined[person[need]] + (since * DAY).astype(np.int64)
    kept = due < until[need]
    return need[kept], due[kept]


def _next_session(
    world: World, visits: Visits, person: Codes, *, need: Array, due: Times, rng: Generator
) -> tuple[Array, Array, Array]:
    """Session, need, and how often it had run out by then; without those who did not come back.

    What is urgent is bought in the next session for household goods, the rest in the next stock-up.
    """
    urgent = rng.random(len(due)) < world.parameters.urgent_share
    any_goods = np.flatnonzero((visits.mission == REPLENISH) | (visits.mission == STOCK_UP))
    stock_ups = np.flatnonzero(visits.mission == STOCK_UP)
    session = np.where(
        urgent, _session_after(visits, any_goods, person, due=due), _session_after(visits, stock_ups, person, due=due)
    )
    came = session >= 0
    width = int(need.max(initial=0)) + 1
    pairs, count = np.unique(session[came] * width + need[came], return_counts=True)
    return pairs // width, pairs % width, count


def _session_after(visits: Visits, among: Array, person: Codes, *, due: Times) -> Array:
    """(D,) the first of some sessions of the same person from that moment on, -1 where there is none."""
    if not len(among):
        return np.full(len(due), -1)
    keys = visits.person[among].astype(np.int64) << 34 | visits.time[among]
    at = np.searchsorted(keys, person.astype(np.int64) << 34 | due)
    session = among[np.minimum(at, len(among) - 1)]
    return np.where((at < len(among)) & (visits.person[session] == person), session, -1)


def _choose(world: World, favourites: Codes, rng: Generator) -> Codes:
    first, second = world.parameters.loyalty
    at = rng.random(len(favourites))
    product = np.where(at < first, favourites[:, 0], np.where(at < first + second, favourites[:, 1], -1))
    return product.astype(np.int32)


def begins(groups: Array) -> Bools:
    """(N,) whether each element is the first of its group; groups stand side by side."""
    return np.append(np.ones(min(len(groups), 1), bool), groups[1:] != groups[:-1])
