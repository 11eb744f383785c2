"""Body: what all requests have in common, and the kinds of texts and numbers in them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Price = Annotated[float, Field(ge=0, le=1e15)]


class Body(BaseModel):
    """Of a request: strict, so that an unknown field, a number given as text or a NaN is an error, never a guess."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
