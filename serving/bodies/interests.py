"""Interests: those that a customer declares, and all that are known."""

from typing import Literal

from pydantic import BaseModel, Field

from serving.bodies.body import Body, Label
from serving.bodies.errors import ErrorDetail

MAX_INTERESTS = 100  # that a customer declares


class InterestsRequest(Body):
    """What a customer likes: from now on this, and nothing else that they declared before."""

    interests: tuple[Label, ...] = Field(max_length=MAX_INTERESTS, description="categories or brands")


class InterestEvidence(BaseModel):
    """What the customer did of late: different products, and days from the first and the last event to now."""

    viewed: int
    wished: int
    carted: int
    bought: int
    days: float
    last_days: float
    text: str | None = Field(description="the same in words; null where nothing was done")


class KnownInterest(BaseModel):
    """One interest."""

    name: str
    kind: Literal["department", "category", "brand"]
    strength: float = Field(description="0 to 1; one purchase of today, or an interest declared just now, is 0.5")
    since: str | None = Field(description="when it was declared, null where that is not known")
    evidence: InterestEvidence


class RejectedInterest(BaseModel):
    """A name that is not kept."""

    index: int = Field(description="its place in the list, from 0")
    error: ErrorDetail


class InterestsAnswer(BaseModel):
    """A customer's interests, the strongest first."""

    customer_id: str
    used: bool = Field(description="whether lists rest on them: not without consent to personalisation")
    declared: list[KnownInterest]
    inferred: list[KnownInterest] = Field(description="from what the customer did")
    removed: list[str] = Field(description="what the customer does not want to be known for")
    rejected: list[RejectedInterest] | None = Field(
        None, description="names just declared that nothing is called by; left out unless interests were declared"
    )
