"""Identities: which identifiers the shop saw with which account, and whose they truly are."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.identifiers import hex_ids, scrambled
from esnaf.simulation.journal import Journal
from esnaf.simulation.people import KIOSK, MOBILE, TABLET, People
from esnaf.simulation.profiles import Profiles
from esnaf.simulation.world import World
from features.arrays import Array, Bools, Times

SECOND = 1 << 25
"""Added to a person's number, it is that of their store account."""
JUNK = (
    ("phone", "0000"),
    ("phone", "+440000000000"),
    ("phone", "-1"),
    ("email", "null"),
    ("email", "none@example.com"),
    ("loyalty_card", "0"),
    ("loyalty_card", "0000000000"),
    ("anonymous_id", "anonymous"),
    ("anonymous_id", "unknown"),
    ("device_id", "00000000-0000-0000-0000-000000000000"),
    ("user_id", "null"),
)
CALL_CENTRE = "+448081570000"
_CALL_CENTRE_SHARE = 0.006
_CARD_IN_PROFILE = 0.85
_SHOUTED = 0.15
"""Part of the addresses in capitals."""
_TWICE = 0.5
"""Part of the store accounts with the same email, and with the same phone, as the person's other account."""


@dataclass(frozen=True)
class Links:
    """Rows of the identities table and of its truth."""

    account: Array
    kind: Array  # texts
    value: Array  # texts
    seen_at: Times
    shared: Bools  # seen with several people
    junk: Bools

    @classmethod
    def of(
        cls, account: Array, kind: str, value: Sequence[str] | Array, *, seen_at: Array, shared: Array | bool = False
    ) -> Self:
        """Identifiers of one kind."""
        n = len(account)
        kinds, values = np.full(n, kind, object), np.array(value, object)
        return cls(account, kinds, values, seen_at, np.broadcast_to(np.asarray(shared, bool), n), np.zeros(n, bool))

    @classmethod
    def joined(cls, parts: Sequence["Links"]) -> Self:
        """Several lists as one."""
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)})

    @property
    def person(self) -> Array:
        """Number of the person each belongs to."""
        return self.account % SECOND


def device_ids(numbers: Array) -> list[str]:
    """The ids that apps send of devices by number."""
    return list(hex_ids(numbers, 16, salt=23, prefix="d").to_pylist())


def anonymous_ids(numbers: Array) -> list[str]:
    """The ids of the browsers or apps on devices by number."""
    return list(hex_ids(numbers, 16, salt=11, prefix="a").to_pylist())


def draw(world: World, people: People, profiles: Profiles, *, journal: Journal, rng: Generator) -> Links:
    """All identifiers of a batch of people, after their events."""
    parts = [
        *_contacts(people, profiles, rng),
        *_devices(people, journal),
        *_worthless(world, people, profiles, rng=rng),
    ]
    return Links.joined(parts)


def _contacts(people: People, profiles: Profiles, rng: Generator) -> list[Links]:
    """Email, telephone and loyalty card; whoever has a second account shares at least one of them with the first."""
    n, contacts, created = people.customers, profiles.contacts, profiles.created
    person, chance, second = np.arange(n), rng.random((n, 6)), people.second[:n]
    same_mail = second & contacts.has_email & (chance[:, 0] < _TWICE)
    same_phone = second & contacts.has_phone & (chance[:, 1] < _TWICE)
    in_profile = people.card[:n] & (~second | ~(same_mail | same_phone) | (chance[:, 2] < _CARD_IN_PROFILE))
    cards = np.array([f"{card:013d}" for card in scrambled(people.first + person, 40, salt=3).tolist()], object)
    links = []
    for store, mails, phones, holders in (
        (0, contacts.has_email, contacts.has_phone, in_profile),
        (SECOND, same_mail, same_phone, second),
    ):
        mailed, called, held = (person[chosen] for chosen in (mails, phones, holders))
        shouted = chance[mailed, 3 + (store > 0)] < _SHOUTED
        emails = [email.upper() if loud else email for email, loud in zip(contacts.email[mailed], shouted, strict=True)]
        numbers = [contacts.phone(chance[p, 4 + (store > 0)], p) for p in called]
        account = people.first + store
        links += [
            Links.of(account + mailed, "email", emails, seen_at=created[mailed]),
            Links.of(account + called, "phone", numbers, seen_at=created[called]),
            Links.of(account + held, "loyalty_card", cards[held], seen_at=created[held] + 3_600),
        ]
    return links


def _devices(people: People, journal: Journal) -> list[Links]:
    """Devices on which somebody was logged in, from the first time on."""
    person, slot, seen_at = _first_logins(journal)
    number = people.device[person, slot]
    tablets, users = np.unique(people.device[: people.customers, TABLET], return_counts=True)
    shared = (slot == KIOSK) | np.isin(number, tablets[users > 1])
    with_app = ((slot == MOBILE) & people.app[person]) | (slot == TABLET)
    account, ids = people.first + person[with_app], device_ids(number[with_app])
    return [
        Links.of(people.first + person, "anonymous_id", anonymous_ids(number), seen_at=seen_at, shared=shared),
        Links.of(account, "device_id", ids, seen_at=seen_at[with_app], shared=shared[with_app]),
    ]


def _first_logins(journal: Journal) -> tuple[Array, Array, Times]:
    on_device = np.flatnonzero(journal.known & (journal.slot >= 0) & (journal.visit >= 0))
    key = journal.person[on_device].astype(np.int64) * 4 + journal.slot[on_device]
    pairs, first = np.unique(key, return_index=True)  # the journal is in the order of time
    return pairs // 4, pairs % 4, journal.time[on_device][first]


def _worthless(world: World, people: People, profiles: Profiles, *, rng: Generator) -> list[Links]:
    """Placeholders, and the number of the call centre that placed orders for many."""
    at = rng.random(people.customers)
    junk = np.flatnonzero(at < world.parameters.junk_share)
    called = np.flatnonzero(at > 1 - _CALL_CENTRE_SHARE)
    kinds, values = np.array(JUNK, object)[rng.integers(len(JUNK), size=len(junk))].T
    nothing = Links.of(people.first + junk, "", values, seen_at=profiles.created[junk])
    numbers = [CALL_CENTRE] * len(called)
    centre = Links.of(people.first + called, "phone", numbers, seen_at=profiles.created[called], shared=True)
    return [replace(nothing, kind=kinds, junk=np.ones(len(junk), bool)), centre]
