"""Exposure: one answer; ListRow: the list that it showed. Both as the log keeps them."""

from typing import NamedTuple


class ListRow(NamedTuple):
    """In the order of the columns of `schema.LISTS`."""

    list_id: str
    model_version: str
    policy: str
    exploration: str
    shown: int
    products: str  # JSON
    sources: str  # JSON
    scores: bytes  # float64
    propensities: bytes | None  # float64


class Exposure(NamedTuple):
    """In the order of the columns of `schema.EXPOSURES` behind the sequence."""

    recommendation_id: str
    time: int  # seconds since the epoch, UTC
    customer_id: str | None  # `anon:ANONYMOUS_ID` where only a device is known
    placement: str | None
    channel: str | None
    list_id: str
    places: bytes | None = None  # uint16
    propensities: bytes | None = None  # float64
