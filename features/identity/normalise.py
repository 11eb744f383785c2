"""Normalising: values that mean the same are written the same; those that identify nobody are none.

Done once for each distinct value: telephone numbers may take tens of microseconds each.
"""

import re
import unicodedata
from collections.abc import Callable

from features.identity.config import IdentityConfig, Kind, Way
from features.identity.phones import phone
from features.tables.patterns import MAX_ID_BYTES

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_MAILTO = re.compile(r"\A(mailto:)+")
_NOT_CARD = re.compile(r"[\s./-]+")


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


_WAYS: dict[Way, Callable[[str, str], str | None]] = {"exact": _exact, "email": _email, "card": _card, "phone": phone}
