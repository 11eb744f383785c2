"""Events: those that come in, and what becomes of them."""

from typing import Any, TypeAlias

from pydantic import BaseModel, Field

from serving.bodies.errors import ErrorDetail

MAX_EVENTS = 1_000  # events of one call

_Id: TypeAlias = str | int | None
_Number: TypeAlias = float | str | None


class LiveEvent(BaseModel):
    """One event, with the columns of the events table; each is judged by itself, and other members are not kept."""

    customer_id: _Id = Field(None, description="needed, or anonymous_id")
    anonymous_id: _Id = Field(None, description="of a visitor who is not logged in; customer_id wins")
    product_id: _Id = Field(None, description="needed, but for search, survey, identify and message events")
    event_type: str | None = Field(
        None, description="view, add_to_cart, purchase ... or its name with Segment, GA4 or Amazon Personalize"
    )
    timestamp: str | float | None = Field(None, description="ISO 8601, or since the epoch; without it, now")
    event_id: _Id = Field(None, description="the same event sent again counts once by it")
    quantity: _Number = None
    unit_price: _Number = None
    line_total: _Number = Field(None, description="of all pieces, where unit_price is not given")
    currency: str | None = None
    order_id: _Id = None
    session_id: _Id = None
    channel: _Id = None
    device: _Id = None
    recommendation_id: _Id = Field(None, description="of the list that the event follows from")
    position: _Number = Field(None, description="in that list")
    name: str | None = Field(None, description="of the product")
    properties: dict[str, Any] | str | None = None


class RejectedEvent(BaseModel):
    """An event that is not taken in."""

    index: int = Field(description="its place in the list, from 0")
    error: ErrorDetail


class EventsAnswer(BaseModel):
    """What became of the events of one call; those accepted are on the disk."""

    accepted: int
    duplicates: int = Field(description="events that were there already")
    rejected: list[RejectedEvent]
