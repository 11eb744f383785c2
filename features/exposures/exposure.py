"""Exposure: one answer; ListRow: the list that it showed, as the log keeps it."""

from typing import NamedTuple


class Exposure(NamedTuple):
    """Its time is that of its id."""

    recommendation_id: str
    customer_id: str | None  # `anon:ANONYMOUS_ID` where only a device is known; None where there is no consent
    placement: str | None
    channel: str | None
    list_id: str
    places: bytes | None = None  # uint16: of the shown products in the list, from 0; None is its own order
    propensities: bytes | None = None  # float64: of the shown products; None are those of the list


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
