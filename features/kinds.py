"""Kinds of events, and the names other systems give them."""

from enum import IntEnum


class Kind(IntEnum):
    """Codes of the event types; the order is part of the bundle's format."""

    VIEW = 0
    CLICK = 1
    SEARCH = 2
    ADD_TO_CART = 3
    REMOVE_FROM_CART = 4
    WISHLIST = 5
    PURCHASE = 6
    REFUND = 7
    IMPRESSION = 8
    MESSAGE_SENT = 9
    MESSAGE_OPENED = 10
    MESSAGE_CLICKED = 11
    SURVEY = 12
    IDENTIFY = 13


INTEREST = (Kind.VIEW, Kind.CLICK, Kind.ADD_TO_CART, Kind.WISHLIST)
"""Interest in a product, short of a purchase."""
WITHOUT_PRODUCT = frozenset(
    {Kind.SEARCH, Kind.MESSAGE_SENT, Kind.MESSAGE_OPENED, Kind.MESSAGE_CLICKED, Kind.SURVEY, Kind.IDENTIFY}
)
