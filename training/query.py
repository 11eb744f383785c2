"""Query: one question for a list; Answer: the list."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.interests.told import Told
from features.recent import Deed


@dataclass(frozen=True)
class Filters:
    """Which products may be shown."""

    categories: tuple[str, ...] = ()
    """Category paths, or their first steps; all that lie below count. Empty: any."""
    brands: tuple[str, ...] = ()
    """Brands. Empty: any."""
    price_min: float | None = None
    """Least price, in the shop's currency."""
    price_max: float | None = None
    """Greatest price; products without a price pass neither bound."""
    exclude_products: tuple[str, ...] = ()
    """Product ids that are not to be shown."""
    exclude_purchased: bool = False
    """Whether what the customer bought before is left out."""


@dataclass(frozen=True)
class Query:
    """Who asks, with what in hand."""

    customer_id: str | None = None
    basket: tuple[str, ...] = ()
    """Product ids in the cart; those the model does not know are passed over."""
    viewed: str | None = None
    """Product id on the page."""
    placement: str | None = None
    channel: str | None = None
    interests: tuple[str, ...] = ()
    """Categories or brands declared just now, beside those of the customer's profile."""
    told: Told | None = None
    """What the customer said of their interests since the model was made; None where they said nothing."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attributes of a customer the model does not know, such as the country."""
    filters: Filters = field(default_factory=Filters)
    also: tuple[str, ...] = ()
    """Further ids of the customer, such as the device of a visit before the login: their histories are one."""
    recent: tuple[Deed, ...] = ()
    """What the customer, or a visitor without an id, did since the model was made, in the order of time. It belongs to
    the history from then on, and where no basket is stated, it tells what is in the cart."""
    faded: Mapping[str, float] = field(default_factory=dict)
    """What is taken off the scores of some products, by id, since the customer was shown them often and passed by."""
    personal: bool | None = None
    """Whether the list may be made from what is known of the customer; None is as the model knows of their consent."""


@dataclass(frozen=True)
class Item:
    """One place of a list."""

    product_id: str
    rank: int  # from 1
    score: float  # comparable within one list
    source: str  # the generator that put the product highest, or what filled the list
    reason: str | None = None


@dataclass(frozen=True)
class Fill:
    """What filled a part of a list that was not ranked for the customer's own sake."""

    source: str
    count: int


@dataclass(frozen=True)
class Answer:
    """A list, best first."""

    items: list[Item]
    fallback: list[Fill] | None = None  # None if all was ranked from what the customer did
