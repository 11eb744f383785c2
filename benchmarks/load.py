"""Load: a bounded number of requests over some kept-alive connections, each sent when the one before is answered.

Sender and service share the machine, so the sender is as lean as Python allows: what it takes the service has not.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import numpy as np
import uvloop

_LENGTH = b"content-length: "
_END = b"\r\n\r\n"
_TAKEN = (b"HTTP/1.1 200", b"HTTP/1.1 202")


@dataclass(frozen=True)
class Measured:
    """What came of it."""

    per_s: float  # requests a second
    p50_ms: float
    p99_ms: float
    last: bytes  # body of the last answer


def post(address: str, path: str, bodies: Sequence[bytes], *, connections: int, token: str | None = None) -> Measured:
    """POST every body once, dealt out to the connections in turn; RuntimeError at an answer that is not 200 or 202."""
    return _all([(_request(address, path, body, token),) for body in bodies], address, connections)


def post_after(
    address: str,
    paths: tuple[str, str],
    bodies: Sequence[tuple[bytes, bytes]],
    *,
    connections: int,
    token: str | None = None,
) -> Measured:
    """The same for pairs of requests, the second sent as soon as the first is answered; the second alone is timed."""
    return _all(
        [tuple(_request(address, *one, token) for one in zip(paths, pair, strict=True)) for pair in bodies],
        address,
        connections,
    )


def _request(address: str, path: str, body: bytes, token: str | None) -> bytes:
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(address).netloc}",
        "Content-Type: application/json",
        *([] if token is None else [f"Authorization: Bearer {token}"]),
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(lines).encode() + _END + body


def _all(requests: Sequence[tuple[bytes, ...]], address: str, connections: int) -> Measured:
    where = urlsplit(address)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_sent(where.hostname or "", where.port or 80, requests, connections))


async def _sent(host: str, port: int, requests: Sequence[tuple[bytes, ...]], connections: int) -> Measured:
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    senders = [_Sender(loop, iter(requests[i::connections])) for i in range(connections)]
    for sender in senders:
        await loop.create_connection(partial(_same, sender), host, port)
    await asyncio.gather(*(sender.done for sender in senders))
    took = time.perf_counter() - start
    seconds = [value for sender in senders for value in sender.seconds]
    p50, p99 = np.percentile(seconds, [50, 99]) * 1e3
    return Measured(len(requests) / took, float(p50), float(p99), senders[-1].answer)


def _same(sender: "_Sender") -> "_Sender":
    return sender


class _Sender(asyncio.Protocol):
    """One connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop, requests: Iterator[tuple[bytes, ...]]) -> None:
        self._requests = requests
        self._following: list[bytes] = []  # after the one that is under way, the next one last
        self._received = b""
        self._began = 0.0
        self.done: asyncio.Future[None] = loop.create_future()
        self.seconds: list[float] = []
        self.answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(_END)
        if not end:
            return
        lower = head.lower()
        at = lower.index(_LENGTH) + len(_LENGTH)
        if len(body) < int(lower[at:].partition(b"\r")[0]):
            return
        if not self._following:
            self.seconds.append(time.perf_counter() - self._began)
        self.answer, self._received = body, b""
        if head.startswith(_TAKEN):
            self._next()
        else:
            self._end(RuntimeError(f"{head.splitlines()[0].decode()}: {body.decode()}"))

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or ConnectionError("the service closed the connection"))

    def _next(self) -> None:
        if not self._following:
            self._following = list(next(self._requests, ()))[::-1]
        if not self._following:
            self._end(None)
            return
        request = self._following.pop()
        self._began = time.perf_counter()
        self._transport.write(request)  # type: ignore[attr-defined]  # of a socket it is a transport for writing

    def _end(self, error: Exception | None) -> None:
        if not self.done.done():
            if error is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(error)
        self._transport.close()
