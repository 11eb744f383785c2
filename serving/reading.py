"""Reading: what a request carries, checked before anything is done with it."""

import asyncio
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote_to_bytes

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from serving.call import Call
from serving.errors import RequestError, from_validation, json_problem, shown

B = TypeVar("B", bound=BaseModel)


_CHARSETS = {"", "charset=utf-8", 'charset="utf-8"'}
_REPLACED = "\ufffd"  # stands where a server could not decode a byte of the path
_MAX_PARAMETERS = 20
_BODY_WITHIN = 2  # seconds


class GoneError(Exception):
    """The sender went away before the body was there; nobody waits for an answer."""


async def read_body(call: Call, kind: type[B], limit: int) -> B:
    """The JSON body as `kind`; RequestError if it is larger than `limit` bytes, not JSON, or breaks a rule."""
    text = await _text(call, limit)
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        _check_utf8(text, "the body")
        raise from_validation(error) from None


async def read_json(call: Call, limit: int) -> Any:
    """The JSON body as it is; RequestError if it is larger than `limit` bytes or not JSON."""
    text = await _text(call, limit)
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        _check_utf8(text, "the body")
        raise json_problem(str(error)) from None


async def _text(call: Call, limit: int) -> bytes:
    headers = call.headers
    if b"content-type" in headers:
        _check_type(headers[b"content-type"])
    if headers.get(b"content-encoding", b"identity") != b"identity":
        encoding = _header(headers[b"content-encoding"])
        raise _wrong_type(f"Content-Encoding: {encoding} is not read; send the JSON uncompressed")
    if int(headers.get(b"content-length", 0)) > limit:
        raise _too_large(limit)
    return await _collect(call, limit)


def read_parameters(call: Call, kind: type[B]) -> B:
    """What stands behind `?`; RequestError for a name that is unknown or given twice, or a value that breaks a rule."""
    query: bytes = call.scope["query_string"]
    _check_utf8(unquote_to_bytes(query), "the text behind ?")
    values: dict[str, str] = {}
    for name, value in _pairs(query.decode()):
        if name in values:
            raise RequestError(422, "invalid_value", f"{shown(name)} is given twice; once is enough", field=name[:60])
        values[name] = value
    try:
        return kind.model_validate_strings(values)
    except ValidationError as error:
        raise from_validation(error) from None


def checked(kind: type[B], values: dict[str, Any]) -> B:
    """`kind` from values that came by different ways; RequestError if one breaks a rule."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise from_validation(error) from None


def check_path(call: Call) -> None:
    """RequestError if the path is not UTF-8 under its percent signs."""
    if _REPLACED in call.path:
        _check_utf8(unquote_to_bytes(call.scope["raw_path"]), "the path")


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        raise RequestError(422, "invalid_value", f"more than {_MAX_PARAMETERS} parameters behind ?") from None


def _check_type(value: bytes) -> None:
    kind, _, rest = value.lower().partition(b";")
    if kind.strip() != b"application/json" or rest.strip().decode("latin-1") not in _CHARSETS:
        raise _wrong_type(f"Content-Type: {_header(value)} is not read; send application/json in UTF-8")


async def _collect(call: Call, limit: int) -> bytes:
    try:
        async with asyncio.timeout(_BODY_WITHIN):
            message = await call.receive()
            body: bytes = message.get("body", b"")
            if message.get("more_body"):
                body = await _rest(call, bytearray(body), limit)
    except TimeoutError:
        text = f"the body did not come within {_BODY_WITHIN} seconds; send it at once"
        raise RequestError(408, "body_too_slow", text) from None
    if message["type"] == "http.disconnect":
        raise GoneError
    if len(body) > limit:
        raise _too_large(limit)
    if not body:
        raise RequestError(400, "invalid_json", "the body is empty; send a JSON object")
    return body


async def _rest(call: Call, body: bytearray, limit: int) -> bytes:
    more = True
    while more:
        if len(body) > limit:
            raise _too_large(limit)
        message = await call.receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _check_utf8(text: bytes, place: str) -> None:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise RequestError(400, "invalid_utf8", f"{place} is not UTF-8 (byte {error.start})") from None


def _too_large(limit: int) -> RequestError:
    return RequestError(413, "body_too_large", f"the body has more than {limit:,} bytes; send less at once")


def _wrong_type(message: str) -> RequestError:
    return RequestError(415, "wrong_content_type", message)


def _header(value: bytes) -> str:
    return shown(value.decode("latin-1"))
