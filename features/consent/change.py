"""Change: what a customer said or asked of the shop."""

from enum import IntEnum
from typing import NamedTuple

from features.consent.purposes import Consent


class ChangeKind(IntEnum):
    """Codes of what changed."""

    CONSENT = 0
    ERASED = 1


class Change(NamedTuple):
    """One, in the order of the numbers in which they count."""

    number: int
    subject: str  # of a consent the id in the store, of an erasure its mark
    kind: int
    consent: Consent
    time: int = 0  # seconds since the epoch, UTC
    source: str = ""  # who said so: api, event, command
