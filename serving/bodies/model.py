"""Model: which one answers, and whether it can."""

from typing import Literal

from pydantic import BaseModel, Field


class ModelAnswer(BaseModel):
    """The model that answers."""

    model_version: str
    as_of: str = Field(description="the time that lists are as of")
    data_from: str = Field(description="the first event behind the model")
    data_until: str = Field(description="the end of the data behind the model; what came later it does not know")
    fingerprint: str = Field(description="of the data")
    age_s: int = Field(description="seconds from data_until to as_of")
    customers: int
    products: int


class Health(BaseModel):
    """`{"status": "ok"}` from a live process."""

    status: str


class Readiness(BaseModel):
    """The process has a model and answers; degraded is without the live store."""

    status: Literal["ready", "degraded"]
    model_version: str
    age_s: int
    store: Literal["none", "ready", "unavailable"] = Field(description="none before the first event")
