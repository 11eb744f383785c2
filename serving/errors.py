"""Errors of the HTTP interface: every one is `{"error": {"code", "message", "field"}}`, none is a 500.

| status | codes |
|---|---|
| 400 | invalid_json, too_deep, invalid_utf8 |
| 401 | unauthorized |
| 403 | forbidden, this_machine_only |
| 404 | unknown_path, unknown_product, unknown_customer |
| 405 | wrong_method |
| 408 | body_too_slow |
| 409 | erased |
| 413 | body_too_large |
| 415 | wrong_content_type |
| 422 | unknown_field, missing_field, wrong_type, invalid_value, refused |
| 429 | too_many_events, too_many_requests |
| 503 | store_unavailable |
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from features.errors import ErasedError, EsnafError
from training.recommender import UnknownProductError

_SHOWN = 60  # characters of a value that a message repeats
_CODES = {"extra_forbidden": "unknown_field", "missing": "missing_field", "json_invalid": "invalid_json"}
_OWN_WORDS = "value_error"  # raised by a check of ours, whose message is complete


class RequestError(EsnafError):
    """A request that cannot be answered, with what its sender should change."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        retry_after: int | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.field = field
        waiting = {} if retry_after is None else {"Retry-After": str(retry_after)}  # seconds
        self.headers = {**headers, **waiting}

    def body(self) -> dict[str, Any]:
        """The JSON that the sender gets."""
        return {"error": {"code": self.code, "message": str(self), "field": self.field}}


def problem_of(error: Exception) -> RequestError:
    """What the sender gets for an error that was raised on purpose, by the service or below it."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, UnknownProductError):
        return RequestError(404, "unknown_product", str(error), field="product_id")
    if isinstance(error, ErasedError):
        return RequestError(409, "erased", str(error), field="customer_id")
    return RequestError(422, "refused", str(error))


def route_problem(method: str, path: str, allowed: str | None) -> RequestError:
    """A path that is not there, or a method that its path has not (`allowed` names those it has)."""
    if allowed:
        message = f"{shown(method)} is not for {shown(path)}; it takes {allowed}"
        return RequestError(405, "wrong_method", message, headers={"Allow": allowed})
    return RequestError(404, "unknown_path", f"{shown(path)} is not here; /openapi.json lists what is")


def from_validation(error: ValidationError) -> RequestError:
    """The first thing that is wrong with a body, and how many more there are."""
    details = error.errors(include_url=False, include_context=False)
    first = details[0]
    if first["type"] == "json_invalid":
        return json_problem(first["msg"].removeprefix("Invalid JSON: "))
    field = _cut(".".join(map(str, first["loc"]))) or None
    message = _message(first, field or "body")
    if len(details) > 1:
        message += f" (and {len(details) - 1} more)"
    return RequestError(422, _code(first["type"]), message, field=field)


def json_problem(reason: str) -> RequestError:
    """A body that the parser did not understand, in the parser's words."""
    if "recursion limit" in reason:
        return RequestError(400, "too_deep", f"the body's JSON is nested too deeply ({reason})")
    return RequestError(400, "invalid_json", f"the body is not valid JSON: {reason}")


def _code(kind: str) -> str:
    return _CODES.get(kind, "wrong_type" if kind.endswith("_type") else "invalid_value")


def _message(detail: ErrorDetails, field: str) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return f"{field}: no such field; /openapi.json lists those there are"
        case "missing":
            return f"{field}: must be given"
        case kind if kind == _OWN_WORDS:
            return detail["msg"].removeprefix("Value error, ")
    rule = detail["msg"][:1].lower() + detail["msg"][1:]
    return f"{field}: {rule}, not {shown(detail['input'])}"


def shown(value: object) -> str:
    """A value as a message repeats it, cut if long."""
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
