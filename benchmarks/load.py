"""Load: a bounded number of requests over some kept-alive connections, each sent when the one before is answered."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np

_LENGTH = b"content-length: "


@dataclass(frozen=True)
class Measured:
    """What came of it."""

    per_s: float  # requests a second
    p50_ms: float
    p99_ms: float
    last: bytes  # body of the last answer


def post(address: str, path: str, bodies: Sequence[bytes], *, connections: int, token: str | None = None) -> Measured:
    """POST every body once, dealt out to the connections in turn; RuntimeError at an answer that is not 200 or 202."""
    return asyncio.run(_post(address, path, bodies, connections, token))


async def _post(address: str, path: str, bodies: Sequence[bytes], connections: int, token: str | None) -> Measured:
    seconds: list[float] = []
    head = _head(urlsplit(address).netloc, path, token)
    start = time.perf_counter()
    lasts = await asyncio.gather(
        *(_one_connection(address, head, bodies[i::connections], seconds) for i in range(connections))
    )
    took = time.perf_counter() - start
    p50, p99 = np.percentile(seconds, [50, 99]) * 1e3
    return Measured(len(bodies) / took, float(p50), float(p99), lasts[-1])


def _head(host: str, path: str, token: str | None) -> bytes:
    """Up to the length of the body."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, ""]).encode()


async def _one_connection(address: str, head: bytes, bodies: Sequence[bytes], seconds: list[float]) -> bytes:
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    answer = b""
    try:
        for body in bodies:
            start = time.perf_counter()
            writer.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
            answer = await _answer(reader)
            seconds.append(time.perf_counter() - start)
    finally:
        writer.close()
        await writer.wait_closed()
    return answer


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    at = head.index(_LENGTH) + len(_LENGTH)
    body = await reader.readexactly(int(head[at : head.index(b"\r", at)]))
    if b" 200 " not in head[:20] and b" 202 " not in head[:20]:
        raise RuntimeError(f"{head.splitlines()[0].decode()}: {body.decode()}")
    return body
