"""Errors: every answer that is not a success."""

from pydantic import BaseModel


class ErrorDetail(BaseModel):
    """What is wrong and where."""

    code: str
    message: str
    field: str | None


class ErrorAnswer(BaseModel):
    """Every answer that is not a success."""

    error: ErrorDetail
