"""Calls made by hand, for tests of what looks at their heads."""

from typing import Any

from serving.call import Call


async def nothing() -> Any:
    """No body."""
    return {"type": "http.request", "body": b"", "more_body": False}


def a_call(
    path: str = "/v1/model", method: str = "GET", *, client: str | None = "127.0.0.1", **headers: str | bytes
) -> Call:
    """As a server would pass it on; `_` in names of headers is a dash."""
    pairs = [
        (name.replace("_", "-").encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in headers.items()
    ]
    where = None if client is None else (client, 4711)
    scope = {"type": "http", "method": method, "path": path, "client": where, "headers": pairs}
    return Call(scope, nothing)
