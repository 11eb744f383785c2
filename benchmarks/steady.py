"""Steady load: requests at a fixed rate over some kept-alive connections, whatever becomes of each.

A request that is late because the one before it on its connection was slow counts from when it was due, so that a
pause of the service shows in every request that fell into it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np

_LENGTH = b"content-length: "
_ANSWER_WITHIN = 10.0  # seconds


@dataclass
class Seen:
    """What came back."""

    seconds: list[float] = field(default_factory=list)  # from when each was due to its answer
    failed: int = 0
    answers: Counter[tuple[int, bytes]] = field(default_factory=Counter)  # (body, what was answered)

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the requests was answered."""
        return float(np.percentile(self.seconds, share) * 1e3)


@dataclass(frozen=True)
class Load:
    """What is sent, and how fast."""

    address: str
    path: str
    bodies: Sequence[bytes]
    rate: float  # requests a second in all
    connections: int = 4

    def run(self, seconds: float, *, seed: int, into: Seen | None = None) -> Seen:
        """POST bodies drawn at random for so long."""
        seen = into or Seen()
        drawn = np.random.default_rng(seed).integers(len(self.bodies), size=int(seconds * self.rate))
        asyncio.run(self._all(drawn.tolist(), seen))
        return seen

    async def _all(self, drawn: Sequence[int], seen: Seen) -> None:
        start = time.perf_counter()
        due = [(start + i / self.rate, body) for i, body in enumerate(drawn)]
        await asyncio.gather(*(self._connection(due[i :: self.connections], seen) for i in range(self.connections)))

    async def _connection(self, due: Sequence[tuple[float, int]], seen: Seen) -> None:
        where, link = urlsplit(self.address), None
        head = f"POST {self.path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n".encode()
        for when, body in due:
            await asyncio.sleep(max(0.0, when - time.perf_counter()))
            try:
                async with asyncio.timeout(_ANSWER_WITHIN):
                    link = link or await asyncio.open_connection(where.hostname, where.port)
                    text = self.bodies[body]
                    link[1].write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(text), text))
                    answer = await _answer(link[0])
            except (OSError, ValueError, asyncio.IncompleteReadError):
                seen.failed += 1
                if link:
                    link[1].close()
                link = None
                continue
            seen.seconds.append(time.perf_counter() - when)
            seen.answers[body, answer] += 1
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
