"""Consent: what a customer states, what holds from then on, and what an erasure took away."""

from typing import Self

from pydantic import BaseModel, Field, model_validator

from serving.bodies.body import Body, Identifier


class CustomerPath(Body):
    """The customer that a path names."""

    customer_id: Identifier


class ConsentRequest(Body):
    """What a customer states; a purpose that is left out stays as it was."""

    personalisation: bool | None = Field(None, description="lists made from what the customer did")
    analytics: bool | None = Field(None, description="events and lists kept under the customer's id, for reports")
    messaging: bool | None = Field(None, description="messages made for the customer")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.personalisation is None and self.analytics is None and self.messaging is None:
            raise ValueError("personalisation: state at least one of personalisation, analytics, messaging")
        return self


class ConsentAnswer(BaseModel):
    """What holds for a customer from now on."""

    customer_id: str
    consent: dict[str, bool] = Field(description="each purpose, whether it is allowed")
    stated: dict[str, bool] = Field(description="those of them that were stated here; others are as in the tables")


class ErasedAnswer(BaseModel):
    """What an erasure took away; zeros where there was nothing, or it was done before."""

    customer_id: str
    devices: int = Field(description="other ids of the person and devices that nobody else used, erased with it")
    gone: dict[str, int] = Field(description="rows of the store by what they were")
