"""Aftermath: what follows from orders outside of sessions: refunds, surveys, and messages."""

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from esnaf.simulation.categories import CATEGORIES
from esnaf.simulation.journal import NO_DEVICE, Journal
from esnaf.simulation.needs import begins
from esnaf.simulation.notes import NO_NOTE, SCALES
from esnaf.simulation.people import People
from esnaf.simulation.visits import Visits
from esnaf.simulation.world import World
from features.arrays import DAY, Array, Codes, Times
from features.kinds import Kind

_HOUSEHOLD_REFUNDS = 0.2
"""Household goods are returned less, by this factor."""
_OPENED, _CLICKED = 0.3, 0.2
"""Parts of the sent messages that are opened, and of the opened ones that are clicked."""


def refunds(world: World, purchases: Journal, rng: Generator) -> Journal:
    """Some of the lines come back, whole or in part, one to thirty days later."""
    used_up = np.array([category.interval > 0 for category in CATEGORIES])[world.assortment.category[purchases.product]]
    share = world.parameters.refund_share * np.where(used_up, _HOUSEHOLD_REFUNDS, 1.0)
    back = purchases.only(np.flatnonzero(rng.random(len(purchases)) < share))
    later = (DAY * np.minimum(1 + rng.gamma(2, 4, len(back)), 30)).astype(np.int64)
    return replace(
        back,
        time=back.time + later,
        kind=np.full(len(back), int(Kind.REFUND), np.uint8),
        quantity=rng.integers(1, back.quantity + 1),
        visit=np.full(len(back), -1),
    )


def surveys(world: World, people: People, purchases: Journal, *, rng: Generator) -> Journal:
    """Some of the known customers answer a question some days after an order."""
    orders = np.flatnonzero(begins(purchases.order) & purchases.known)
    orders = orders[rng.random(len(orders)) < world.parameters.survey_share]
    person = purchases.person[orders]
    kind = rng.integers(len(SCALES), size=len(orders))
    low, high = np.array(list(SCALES.values())).T
    place = 0.72 + 0.14 * people.satisfaction[person] + rng.normal(0, 0.15, len(orders))
    score = np.clip(np.round(low[kind] + place * (high - low)[kind]), low[kind], high[kind]).astype(np.int64)
    time = purchases.time[orders] + (rng.uniform(1, 6, len(orders)) * DAY).astype(np.int64)
    answers = _outside(person, time, Kind.SURVEY, world.notes.answer(kind, score))
    return replace(answers, order=purchases.order[orders], slot=purchases.slot[orders])


def messages(
    world: World, people: People, visits: Visits, *, first_note: int, rng: Generator
) -> tuple[list[Journal], Times]:
    """Messages to those who consent, in step with their visits, and (M,) when each was sent; notes count up."""
    sent = np.flatnonzero(
        people.messaging[visits.person] & (rng.random(len(visits)) < world.parameters.messages_per_session)
    )
    person = visits.person[sent]
    # Nine in the morning, within two weeks of a visit on either side, never before the customer joined.
    day = (visits.time[sent] + (rng.uniform(-14, 14, len(sent)) * DAY).astype(np.int64)) // DAY
    time = np.maximum(day, people.joined[person] // DAY + 1) * DAY + 9 * 3_600
    note = first_note + np.arange(len(sent))
    opened = np.flatnonzero(rng.random(len(sent)) < _OPENED)
    clicked = opened[rng.random(len(opened)) < _CLICKED]
    later = (rng.exponential(5 * 3_600, len(sent))).astype(np.int64) + 60
    parts = [
        _outside(person, time, Kind.MESSAGE_SENT, note),
        _outside(person[opened], (time + later)[opened], Kind.MESSAGE_OPENED, note[opened]),
        _outside(person[clicked], (time + later)[clicked] + 20, Kind.MESSAGE_CLICKED, note[clicked]),
    ]
    return parts, time


def _outside(person: Codes, time: Times, kind: Kind, note: Array) -> Journal:
    n = len(person)
    none = np.full(n, -1)
    return Journal(
        person,
        np.full(n, NO_DEVICE, np.int32),
        none,
        none,
        time,
        np.full(n, int(kind), np.uint8),
        none.astype(np.int32),
        np.zeros(n, np.int32),
        np.full(n, np.nan),
        np.ones(n, bool),
        note if len(note) else np.full(n, NO_NOTE),
    )
