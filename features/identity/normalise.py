"""Normalising: values that mean the same are written the same; those that identify nobody are none.

Done once for each distinct value: telephone numbers take tens of microseconds each.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from features.identity.config import IdentityConfig, Kind, Way
from features.tables.patterns import MAX_ID_BYTES

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_MAILTO = re.compile(r"\A(mailto:)+")
_NOT_DIGITS = re.compile(r"\D+")
_NOT_CARD = re.compile(r"[\s./-]+")
_SHORTEST_PHONE = 6  # digits
_MANY = 100_000


def normal(value: str, kind: Kind, config: IdentityConfig) -> str | None:
    """The one way to write a value of a kind, None where it identifies nobody."""
    value = (value if kind.way == "exact" else unicodedata.normalize("NFKC", value)).strip()
    if not value or len(value.encode(errors="replace")) > MAX_ID_BYTES or not value.isprintable() or kind.blocks(value):
        return None
    found = _WAYS[kind.way](value, config.region)
    if found is None or found == value:
        return found
    if kind.blocks(found):
        return None
    return found if found.isascii() else normal(found, kind, config)  # an accent may have met another letter


def _exact(value: str, _: str) -> str | None:
    return value


def _email(value: str, _: str) -> str | None:
    """Mail servers tell no case apart, whatever RFC 5321 lets them do with the part before the @."""
    found = _MAILTO.sub("", value.casefold())
    return found if _EMAIL.fullmatch(found) else None


def _card(value: str, _: str) -> str | None:
    return _NOT_CARD.sub("", value).upper() or None


@lru_cache(_MANY)
def _phone(value: str, region: str) -> str | None:
    """E.164 (ITU-T) where the country is known; else the digits, which are no number of any country that is."""
    import phonenumbers

    if value.startswith("00"):
        value = "+" + value[2:]
    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        digits = _NOT_DIGITS.sub("", value)
        return digits if len(digits) >= _SHORTEST_PHONE and not value.startswith("+") else None
    if not phonenumbers.is_possible_number(number):
        return None
    found: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return found


_WAYS: dict[Way, Callable[[str, str], str | None]] = {"exact": _exact, "email": _email, "card": _card, "phone": _phone}
