"""Names: what a customer is called."""

from pydantic import BaseModel, Field

from serving.bodies.body import Body, Label


class NameRequest(Body):
    """What a customer is called."""

    name: Label | None = Field(description="null takes back what was said; then the customers table counts")


class NameAnswer(BaseModel):
    """What a customer is called in answers."""

    customer_id: str
    name: str | None = Field(description="null where it is not known, or is nothing to be shown")
