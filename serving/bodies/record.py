"""Record: all that is known of a customer, and the same in plain words."""

from typing import Any

from pydantic import BaseModel, Field

from serving.bodies.lists import FallbackPart


class MaskedIdentifier(BaseModel):
    """One identifier, masked."""

    kind: str
    value: str = Field(description="masked: enough to tell two apart, not to use it")
    source: str
    last_seen: str | None


class Attribute(BaseModel):
    """One attribute, with where it comes from."""

    name: str
    value: str
    source: str
    as_of: str = Field(description="when it is known to have held")


class Group(BaseModel):
    """A segment that the customer is in."""

    segment: str
    kind: str
    dimension: str
    why: str


class StatedConsent(BaseModel):
    """Whether one purpose is allowed, and who said so."""

    granted: bool
    source: str
    since: str | None = Field(description="when it was stated here; null where it comes from the tables")


class ShownList(BaseModel):
    """A list that the customer was shown."""

    recommendation_id: str
    time: str
    placement: str | None
    channel: str | None
    model_version: str
    products: list[str]


class ServiceScore(BaseModel):
    """An answer to a survey."""

    kind: str = Field(description="csat, ces, nps ...")
    score: float
    time: str


class InterestsKnown(BaseModel):
    """Interests, the strongest first."""

    declared: list[dict[str, Any]]
    inferred: list[dict[str, Any]]
    removed: list[str]


class Worth(BaseModel):
    """What the customer is expected to do within the horizon."""

    horizon_days: int
    spend: float | None = Field(description="in the shop's currency; null where prices are not known")
    chance: float = Field(description="of at least one order")
    churn: float = Field(description="risk that no order comes within churn_days")
    churn_days: int


class RecordAnswer(BaseModel):
    """All that is known of a customer now."""

    customer_id: str
    model_version: str
    as_of: str
    in_model: bool = Field(description="whether the model knows the customer")
    identifiers: list[MaskedIdentifier]
    attributes: list[Attribute]
    history: dict[str, Any] = Field(description="what was done, summed up: orders, spent, favourites ...")
    interests: InterestsKnown
    segments: list[Group]
    value: Worth | None = Field(description="null for who has not bought yet, or where the model foretells nothing")
    consent: dict[str, StatedConsent] = Field(description="by purpose")
    lists: list[ShownList] | None = Field(description="shown last, the newest first; null while the log is away")
    scores: list[ServiceScore] = Field(description="the newest first")


class Reason(BaseModel):
    """A product of the customer's list, and why it is there."""

    product_id: str
    reason: str | None


class GroupReason(BaseModel):
    """A segment, and why the customer is in it."""

    segment: str
    why: str


class WhyAnswer(BaseModel):
    """In plain words what is known of a customer, what it is used for, and why the list is as it is."""

    customer_id: str
    model_version: str
    words: list[str]
    segments: list[GroupReason]
    items: list[Reason]
    fallback: list[FallbackPart] | None
