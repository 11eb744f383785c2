"""Properties of an event as one JSON text for equal content, whatever the format that it came in."""

import json
from typing import Any

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str)


def canonical(value: Any) -> str | None:
    """JSON with sorted keys, without nulls and blanks; a text that is no JSON stays as it is.

    A column of several objects has the keys of all of them in each row, as nulls, and whole numbers with a decimal
    point beside broken ones: neither says anything. ValueError for what is nested too deeply.
    """
    if isinstance(value, str):
        value = _parsed(value)
    if value is None or isinstance(value, str):
        return value
    try:
        return _ENCODER.encode(_plain(value))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def members(properties: str | None) -> dict[str, Any]:
    """What stands in an event's properties, as `canonical` wrote them: nothing where they are no object."""
    if properties is None or not properties.startswith("{"):
        return {}
    found = _parsed(properties)
    return found if isinstance(found, dict) else {}


def _parsed(text: str) -> Any:
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  # NaN is what differs from itself
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value
