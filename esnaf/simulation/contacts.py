"""Contacts: names, email addresses and telephone numbers of people who do not exist."""

import unicodedata
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.interests import GENDERS
from esnaf.simulation.people import People
from esnaf.simulation.places import COUNTRIES, MAIL_DOMAINS, MOST_NUMBERS
from features.arrays import Array, Bools

_NAME_MISSING = 0.04
_MAIL_SHARE = 0.88
_PHONE_SHARE = 0.6
_PLANS = [number for code in MOST_NUMBERS for number, country in enumerate(COUNTRIES) if country.code == code]


@dataclass(frozen=True)
class Contacts:
    """What N customers are called, and how to reach them; texts, None where there is none."""

    country: Array  # (N,) index in COUNTRIES
    name: Array
    email: Array
    plan: Array  # (N,) country of the telephone number, -1 where there is none
    national: Array  # the number within that country

    @classmethod
    def draw(cls, people: People, rng: Generator) -> Self:
        """Draw those of a batch of people."""
        country = rng.choice(len(COUNTRIES), people.customers, p=[c.share for c in COUNTRIES])
        given, family = _GIVEN.at(2 * country + _names_of(people, rng), rng), _FAMILY.at(country, rng)
        name = _GIVEN.written[given] + " " + _FAMILY.written[family]
        name[rng.random(len(name)) < _NAME_MISSING] = None
        email = _emails(_GIVEN.plain[given] + "." + _FAMILY.plain[family], people.first, rng)
        return cls(country, name, email, *_phones(country, people.first, rng))

    @property
    def has_email(self) -> Bools:
        """(N,)"""
        return np.array([email is not None for email in self.email], bool)

    @property
    def has_phone(self) -> Bools:
        """(N,)"""
        return np.asarray(self.plan >= 0)

    def phone(self, at: float, person: int) -> str:
        """The number as people write it: in E.164, spaced, or the national way where it is of their own country."""
        plan, national = COUNTRIES[self.plan[person]], self.national[person]
        if at < 0.5:
            return f"+{plan.prefix}{national}"
        if at < 0.7:
            return f"+{plan.prefix} {national[:3]} {national[3:6]} {national[6:]}"
        if at < 0.85 or self.plan[person] != self.country[person]:
            return f"+{plan.prefix}-{national[:3]}-{national[3:]}"
        return f"{plan.trunk}{national[:3]} {national[3:]}"


class _Words:
    """Words in groups, as written and as they stand in an address."""

    def __init__(self, groups: list[str]) -> None:
        words = [group.split() for group in groups]
        self.start = np.cumsum([0, *(len(group) for group in words[:-1])])
        self.count = np.array([len(group) for group in words])
        self.written = np.array([word.split("/")[0] for group in words for word in group], object)
        self.plain = np.array([_plain(word.split("/")[-1]) for group in words for word in group], object)

    def at(self, group: Array, rng: Generator) -> Array:
        """(N,) a word of each group."""
        return np.asarray(self.start[group] + (rng.random(len(group)) * self.count[group]).astype(np.int64))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("'", "")).encode("ascii", "ignore")
    return letters.decode().lower()


_GIVEN = _Words([names for country in COUNTRIES for names in (country.female, country.male)])
_FAMILY = _Words([country.family for country in COUNTRIES])


def _names_of(people: People, rng: Generator) -> Array:
    gender = people.gender[: people.customers]
    return np.where(gender == GENDERS.index("unknown"), rng.integers(2, size=len(gender)), gender)


def _emails(plain: Array, first: int, rng: Generator) -> Array:
    """(N,) addresses, told apart by a number that does not count up."""
    tag = (np.arange(first, first + len(plain)) * 7_368_787 + 1_299_709) % 100_000_007
    domains = np.array([f"@{domain}" for domain in MAIL_DOMAINS], object)
    emails = plain + tag.astype(str).astype(object) + domains[rng.integers(len(domains), size=len(plain))]
    emails[rng.random(len(plain)) >= _MAIL_SHARE] = None
    return np.asarray(emails)


def _phones(country: Array, first: int, rng: Generator) -> tuple[Array, Array]:
    """Plan and national number. Each goes to one person at most; when all are used up the others have none."""
    person = np.arange(first, first + len(country))
    plan, national = np.full(len(country), -1), np.full(len(country), None, object)
    wanted = rng.random(len(country)) < _PHONE_SHARE
    own = [(number, country == number) for number, place in enumerate(COUNTRIES) if place.areas]
    for number, suits in [*own, *((number, wanted) for number in _PLANS)]:
        areas, digits = np.array(COUNTRIES[number].areas.split(), object), COUNTRIES[number].digits
        size = len(areas) * 10**digits
        at = np.flatnonzero(wanted & (plan < 0) & suits & (person < size))
        spread = person[at] * 7_919 % size  # a prime: no number comes twice
        rest = np.array([f"{line:0{digits}d}" for line in (spread % 10**digits).tolist()], object)
        national[at] = areas[spread // 10**digits] + rest
        plan[at] = number
    return plan, national
