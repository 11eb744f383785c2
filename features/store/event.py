"""Event: one accepted event as the store keeps it."""

from typing import NamedTuple

from features.consent.purposes import Consent, consent_in
from features.kinds import Kind

ERASED, NO_CONSENT = -1, -2
"""What a store gives, in the place of a sequence, for events that may not be kept."""


class Event(NamedTuple):
    """In the order of the store's columns; ids and kinds are those of the tables."""

    key: int  # 64 bits, signed: equal for the same event
    customer_id: str  # `anon:ANONYMOUS_ID` where only a device is known
    anonymous_id: str | None
    product_id: str | None
    kind: int  # of `features.kinds.Kind`
    time: int  # seconds since the epoch, UTC
    quantity: float  # positive, for refunds too
    price: float | None
    order_id: str | None
    session_id: str | None
    channel: str | None
    device: str | None
    recommendation_id: str | None
    position: int | None
    event_id: str | None
    properties: str | None  # JSON
    name: str | None  # of the product
    currency: str | None
    received: int  # when it came in, seconds since the epoch, UTC
    sequence: int = 0  # place in the log, from 1; 0 before it is stored


def signed(key: int) -> int:
    """An unsigned 64-bit number as databases take it."""
    return key - 2**64 if key >= 2**63 else key


def stated_by(event: Event) -> Consent | None:
    """The consent that an event states, None for most."""
    return consent_in(event.properties) if event.kind == Kind.IDENTIFY else None
