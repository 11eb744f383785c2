"""Replies: what goes back to a sender."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.types import Send

from serving.errors import RequestError

JSON = b"application/json"
_NO_STORE = (b"cache-control", b"no-store")  # what is said of a customer stays in no cache on the way
_NO_SNIFF = (b"x-content-type-options", b"nosniff")  # nobody's browser takes an echoed id for a page


@dataclass(slots=True)
class Reply:
    """One answer: its bytes, or parts of them as they are made."""

    body: bytes = b""
    status: int = 200
    media: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    parts: AsyncIterator[bytes] | None = None

    async def send(self, send: Send, request_id: bytes) -> None:
        """Send it all."""
        headers = [(b"content-type", self.media), (b"x-request-id", request_id), _NO_STORE, _NO_SNIFF, *self.headers]
        if self.parts is None:
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if self.parts is not None:
            async for part in self.parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": self.body})


def refusal(problem: RequestError) -> Reply:
    """An error as its sender gets it."""
    headers = tuple((name.lower().encode(), value.encode()) for name, value in problem.headers.items())
    return Reply(to_json(problem.body()), problem.status, headers=headers)


def to_json(value: Any) -> bytes:
    """JSON without blanks; what is no text in UTF-8, a lone surrogate say, is escaped."""
    return json.dumps(value, separators=(",", ":")).encode()
