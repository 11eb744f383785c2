"""Steady load: requests at a fixed rate over some kept-alive connections, whatever becomes of each.

A request that is late because the one before it on its connection was slow counts from when it was due, so that a
pause of the service shows in every request that fell into it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np

_LENGTH = b"content-length: "
_ANSWER_WITHIN = 10.0  # seconds


class Sent(NamedTuple):
    """One request."""

    body: bytes
    about: int  # whose answers are to be compared
    ready: bool  # whether its list may have been made before


@dataclass
class Seen:
    """What came back."""

    seconds: list[tuple[float, bool]] = field(default_factory=list)  # from when it was due to its answer, `ready`
    failed: int = 0
    answers: Counter[tuple[int, bytes]] = field(default_factory=Counter)  # (about, what was answered)

    def percentile(self, share: float, *, ready: bool = False) -> float:
        """Milliseconds within which that share of the requests, or of the ready ones, was answered."""
        return float(np.percentile([s for s, kind in self.seconds if kind or not ready], share) * 1e3)


@dataclass(frozen=True)
class Load:
    """Where requests go, and how fast."""

    address: str
    path: str
    rate: float  # requests a second in all
    connections: int = 4

    def run(self, requests: Sequence[Sent], into: Seen | None = None) -> Seen:
        """POST all of them, dealt out to the connections in turn."""
        seen = into or Seen()
        asyncio.run(self._all(requests, seen))
        return seen

    async def _all(self, requests: Sequence[Sent], seen: Seen) -> None:
        start = time.perf_counter()
        due = [(start + i / self.rate, request) for i, request in enumerate(requests)]
        await asyncio.gather(*(self._connection(due[i :: self.connections], seen) for i in range(self.connections)))

    async def _connection(self, due: Sequence[tuple[float, Sent]], seen: Seen) -> None:
        where, link = urlsplit(self.address), None
        head = f"POST {self.path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n".encode()
        for when, request in due:
            await asyncio.sleep(max(0.0, when - time.perf_counter()))
            try:
                async with asyncio.timeout(_ANSWER_WITHIN):
                    link = link or await asyncio.open_connection(where.hostname, where.port)
                    link[1].write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(request.body), request.body))
                    answer = await _answer(link[0])
            except (OSError, ValueError, asyncio.IncompleteReadError):
                seen.failed += 1
                if link:
                    link[1].close()
                link = None
                continue
            seen.seconds.append((time.perf_counter() - when, request.ready))
            seen.answers[request.about, answer] += 1
        if link:
            link[1].close()
            await link[1].wait_closed()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """What an answer says, without its id and its time; ValueError if it is not a success."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    at = head.index(_LENGTH) + len(_LENGTH)
    body = await reader.readexactly(int(head[at : head.index(b"\r", at)]))
    if b" 200 " not in head[:20]:
        raise ValueError(head.splitlines()[0])
    return body[body.index(b'"model_version"') : body.rindex(b',"took_ms"')]
