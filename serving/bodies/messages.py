"""Messages: what one is written from, and how it comes out."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from serving.bodies.body import Body, Identifier, Label
from serving.bodies.lists import NO_RULES, Customer, ListFilters

MAX_MESSAGE_ITEMS = 50  # products in a message


class MessageList(Body):
    """A list that is made for a message."""

    n: int = Field(5, ge=1, le=MAX_MESSAGE_ITEMS)
    placement: Label | None = None
    filters: ListFilters = Field(default_factory=lambda: NO_RULES)


class MessageRequest(Body):
    """One message, with products that are named or recommended."""

    template: Label = Field(description="name of a folder of templates")
    customer_id: Identifier
    channel: Label = Field(description="email, sms, push ...")
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = Field(
        None, description="such as en or pt-BR; without it, the shop's own"
    )
    items: tuple[Identifier, ...] = Field((), max_length=MAX_MESSAGE_ITEMS, description="products, best first")
    recommendation: MessageList | None = Field(None, description="or a list to be made now")
    values: dict[Label, Annotated[str, StringConstraints(max_length=1_000)] | float] = Field(
        {}, max_length=50, description="more to write about, for example the code of a voucher"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.items and self.recommendation is not None:
            raise ValueError("items: give these or a recommendation, not both")
        return self


class MessageAnswer(BaseModel):
    """A message, ready to be sent."""

    template: str
    file: str = Field(description="the template that was nearest to what was asked for")
    channel: str
    language: str
    media: Literal["text/html", "text/plain"]
    customer: Customer
    subject: str | None = Field(description="one line; null where the template has none")
    body: str
    recommendation_id: str | None = Field(description="of the list in it; send it back in events that follow")
    unknown_products: list[str] = Field(description="products that the model has not seen; they are left out")
    took_ms: float
