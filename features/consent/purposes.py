"""Purposes that customers consent to, and what they stated of them."""

import json
from collections.abc import Mapping
from enum import IntFlag
from functools import lru_cache
from typing import Any, NamedTuple, Self

from features.tables.properties import members


class Purpose(IntFlag):
    """Codes of the purposes; they are part of the bundle's and the store's format."""

    PERSONALISATION = 1  # lists, features and models from what the customer did
    ANALYTICS = 2  # events and lists kept under the customer's id, for reports
    MESSAGING = 4  # messages made for and sent to the customer


ALL = int(Purpose.PERSONALISATION | Purpose.ANALYTICS | Purpose.MESSAGING)
KEEPING = int(Purpose.PERSONALISATION | Purpose.ANALYTICS)
"""Without any of these, what a customer does is not kept."""
NAMES: Mapping[str, Purpose] = {purpose.name.lower(): purpose for purpose in Purpose if purpose.name}
_SPELLINGS = {**NAMES, "personalization": Purpose.PERSONALISATION}
_YES, _NO = {"true", "yes", "1", "granted"}, {"false", "no", "0", "denied"}


class Consent(NamedTuple):
    """What somebody said, each a sum of `Purpose` codes."""

    stated: int = 0  # purposes that were spoken of
    granted: int = 0  # and those of them that are consented to

    def over(self, older: Self) -> Self:
        """The newer word counts, the older one for purposes that the newer is silent about."""
        return self._replace(
            stated=self.stated | older.stated, granted=self.granted | (older.granted & ~self.stated & ALL)
        )

    def beside(self, other: Self) -> Self:
        """What a person said under two ids: refused is what was refused under one."""
        refused = (self.stated & ~self.granted) | (other.stated & ~other.granted)
        stated = self.stated | other.stated
        return self._replace(stated=stated, granted=stated & ~refused)

    def granting(self, default: int) -> int:
        """All purposes that are allowed, where those not spoken of are as in `default`."""
        return self.granted | (default & ~self.stated & ALL)

    @classmethod
    def of(cls, purposes: Mapping[str, bool]) -> Self:
        """From names of purposes; those that are not named are not spoken of."""
        stated = sum({int(NAMES[name]) for name in purposes})
        return cls(stated, sum({int(NAMES[name]) for name, given in purposes.items() if given}))

    @property
    def named(self) -> dict[str, bool]:
        """The purposes spoken of, by name."""
        return {name: bool(self.granted & code) for name, code in NAMES.items() if self.stated & code}


def names_of(granted: int) -> dict[str, bool]:
    """Each purpose by name, and whether it is among a sum of codes."""
    return {name: bool(granted & code) for name, code in NAMES.items()}


@lru_cache(maxsize=10_000)  # many customers state the same
def consent_of(text: str) -> Consent:
    """A stated consent: a plain yes or no, or a list of the purposes that are granted, which refuses all others."""
    if text.casefold() in _YES | _NO:
        return Consent(ALL, ALL if text.casefold() in _YES else 0)
    return _listed(_items(text))


def consent_in(properties: str | None) -> Consent | None:
    """What the properties of an event, as JSON, state under `consent`; None where they state nothing of use.

    As in the customers table, or an object of purposes and true or false.
    """
    if properties is None or '"consent"' not in properties:
        return None
    value = members(properties).get("consent")
    if isinstance(value, dict):
        known = {_name(key): given for key, given in value.items() if _name(key) and isinstance(given, bool)}
        return Consent.of(known) if known else None
    if isinstance(value, bool):
        return Consent(ALL, ALL * value)
    if isinstance(value, list):
        return _listed(value)
    return consent_of(value) if isinstance(value, str) else None


def _listed(items: list[Any]) -> Consent:
    granted = {int(_SPELLINGS[str(item).strip().casefold()]) for item in items if _name(item)}
    return Consent(ALL, sum(granted))


def _name(key: Any) -> str:
    purpose = _SPELLINGS.get(str(key).strip().casefold())
    return "" if purpose is None or purpose.name is None else purpose.name.lower()


def _items(text: str) -> list[Any]:
    if not text.startswith("["):
        return [text]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []
