"""Encoding: the JSON that lists are put together of, without blanks and in their own letters."""

import json
from typing import Any

_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def encoded(value: Any) -> bytes:
    """JSON in UTF-8; ValueError for NaN, infinity and what is no text in UTF-8."""
    return _ENCODE(value).encode()
