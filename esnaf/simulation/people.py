"""People: who comes to the shop, what they like, how often they come and on which devices."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.assortment import STYLES
from esnaf.simulation.clock import LAST_START, Clock
from esnaf.simulation.demand import Demand
from esnaf.simulation.interests import AGE_BANDS, AGE_SHARES, GENDER_SHARES, GENDERS, INTERESTS, affinity
from esnaf.simulation.parameters import Parameters
from features.arrays import DAY, Array, Bools, Codes, Doubles, Floats, Times

DEVICES = 4
"""Slots: mobile, desktop, tablet, kiosk."""
MOBILE, DESKTOP, TABLET, KIOSK = range(DEVICES)


@dataclass(frozen=True)
class People:
    """N people; the first of them, `customers` many, have an account."""

    first: int  # number of the first one over the whole shop
    customers: int
    age: Codes
    gender: Codes
    main_interest: Codes
    taste: Doubles  # (N, K) weights of the interests, rows sum to 1
    style: Floats  # (N, STYLES)
    level: Floats  # price level, 0 is the usual
    tempo: Doubles  # factor on the time until goods are used up
    rate: Doubles  # sessions a mean day
    joined: Times
    churned: Times
    newcomer: Bools  # joined during the log
    app: Bools  # the mobile is used with the app
    card: Bools  # has a loyalty card
    second: Bools  # the store knows them under another account
    devices: Doubles  # (N, DEVICES) part of sessions by slot
    device: Array  # (N, DEVICES) number of the device over the whole shop, the same for those who share it
    messaging: Bools
    satisfaction: Floats  # 0 is the usual

    @classmethod
    def draw(
        cls, parameters: Parameters, clock: Clock, demand: Demand, *, first: int, size: int, rng: Generator
    ) -> Self:
        """Draw `size` customers and the visitors that come with them."""
        N = size + round(size * parameters.visitor_share)
        customer = np.arange(N) < size
        age = rng.choice(len(AGE_BANDS), N, p=AGE_SHARES)
        gender = rng.choice(len(GENDERS), N, p=GENDER_SHARES)
        main = pick(np.cumsum(affinity()[age, gender], axis=1), rng)
        card = customer & (rng.random(N) < parameters.card_share)
        joined, churned, newcomer = _lives(parameters, clock, customer, rng=rng)
        rate = rng.gamma(parameters.activity_shape, parameters.sessions_per_day / parameters.activity_shape, N)
        style = demand.style[main] + rng.normal(0, parameters.style_spread, (N, STYLES))
        return cls(
            first,
            size,
            age.astype(np.int32),
            gender.astype(np.int32),
            main,
            _tastes(parameters, main, rng),
            style.astype(np.float32),
            rng.normal(0, 1, N).astype(np.float32),
            rng.lognormal(0, parameters.household_spread, N),
            rate,
            joined,
            churned,
            newcomer,
            rng.random(N) < 0.4,
            card,
            card & (rng.random(N) < parameters.second_account_share),
            *_devices(parameters, first, customer, rng=rng),
            customer & (rng.random(N) < parameters.consent[2]),
            rng.normal(0, 1, N).astype(np.float32),
        )

    def __len__(self) -> int:
        return len(self.age)


def pick(cumulative: Doubles, rng: Generator) -> Codes:
    """(N,) a column for each row of cumulative shares (N, K)."""
    at = rng.random((len(cumulative), 1)) * cumulative[:, -1:]
    return np.asarray(np.minimum((at >= cumulative).sum(axis=1), cumulative.shape[1] - 1), np.int32)


def _tastes(parameters: Parameters, main: Codes, rng: Generator) -> Doubles:
    N, K = len(main), len(INTERESTS)
    rest = rng.gamma(0.3, 1, (N, K)) + 1e-9
    rest[np.arange(N), main] = 0
    dominance = rng.beta(*parameters.dominance, N)
    taste = rest / rest.sum(axis=1, keepdims=True) * (1 - dominance)[:, None]
    taste[np.arange(N), main] = dominance
    return np.asarray(taste)


def _lives(parameters: Parameters, clock: Clock, customer: Bools, *, rng: Generator) -> tuple[Times, Times, Bools]:
    N, last = len(customer), clock.end - LAST_START
    newcomer = ~customer | (rng.random(N) >= parameters.present_share)
    joined = clock.at(rng.random(N) * clock.busy_days(np.array([last]))[0])
    joined = np.where(newcomer, joined, clock.start)
    lifetime = rng.exponential(parameters.lifetime_days * DAY, N)
    lifetime[~customer] = rng.exponential(10 * DAY, int((~customer).sum()))
    lifetime[newcomer & (rng.random(N) < parameters.one_time_share)] = 1
    return joined, joined + lifetime.astype(np.int64) + 1, newcomer


def _devices(parameters: Parameters, first: int, customer: Bools, *, rng: Generator) -> tuple[Doubles, Array]:
    """Neighbours in number (2j and 2j + 1) are the ones who share a tablet."""
    N = len(customer)
    has = rng.random((N, DEVICES)) < (0.85, 0.6, 0.15, 0.0)
    has[:, KIOSK] = customer & (rng.random(N) < parameters.kiosk_share)
    has[~has.any(axis=1), MOBILE] = True
    couple = np.repeat(rng.random(N // 2 + 1) < parameters.shared_tablet_share, 2)[:N]
    couple &= customer & customer[np.minimum(np.arange(N) ^ 1, N - 1)] & (np.arange(N) ^ 1 < N)
    has[couple, TABLET] = True
    share = rng.gamma(1, 1, (N, DEVICES)) * (1.0, 0.8, 0.5, 0.25) * has
    person = first + np.arange(N)
    device = person[:, None] * DEVICES + np.arange(DEVICES)
    device[couple, TABLET] = (person[couple] - np.flatnonzero(couple) % 2) * DEVICES + TABLET
    device[:, KIOSK] = first * DEVICES + KIOSK
    return share / share.sum(axis=1, keepdims=True), device
