"""Mixed requests, as a shop's day has them: lists, batches, neighbours, live events, and some that are wrong."""

import asyncio
import json
import random
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Request: TypeAlias = tuple[str, str, bytes]  # method, path, body

_LIST, _BATCH, _EVENTS = "/v1/recommendations", "/v1/recommendations/batch", "/v1/events"
_SHARES = {
    "list": 70,
    "event": 10,
    "similar": 5,
    "wrong": 5,
    "stranger": 3,
    "visitor": 2,
    "odd": 2,
    "events": 2,
    "batch": 1,
}
_IN_THE_SHOP = 20  # one of so many customers does something while the shop is open
_KINDS = ("view", "view", "view", "add_to_cart", "purchase")
_STATUSES = frozenset({200, 202, 404, 422})  # what is asked for here is answered so
_CHUNKED = b"transfer-encoding: chunked"
_LENGTH = b"content-length: "


@dataclass
class Mix:
    """A seeded stream of requests about known customers and products."""

    customers: Sequence[str]
    products: Sequence[str]
    seed: int = 0
    _random: random.Random = field(init=False)
    _number: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def take(self, number: int) -> Iterator[Request]:
        """The next ones."""
        for kind in self._random.choices(list(_SHARES), list(_SHARES.values()), k=number):
            self._number += 1
            yield getattr(self, f"_{kind}")()

    def _list(self) -> Request:
        return self._post(_LIST, {"customer_id": self._customer()})

    def _stranger(self) -> Request:
        return self._post(_LIST, {"customer_id": f"new-{self._number}", "n": self._random.randint(1, 30)})

    def _visitor(self) -> Request:
        viewed = {"product_id": self._product()}
        return self._post(_LIST, {"anonymous_id": f"tab-{self._number}", "context": viewed})

    def _odd(self) -> Request:
        """What no list that is ready answers."""
        context = {"cart": [self._product() for _ in range(self._random.randint(1, 5))]}
        rules = {"price_max": self._random.uniform(5, 500), "exclude_purchased": True}
        return self._post(_LIST, {"customer_id": self._customer(), "n": 20, "context": context, "filters": rules})

    def _batch(self) -> Request:
        return self._post(_BATCH, {"requests": [{"customer_id": self._customer()} for _ in range(20)]})

    def _similar(self) -> Request:
        return "GET", f"/v1/products/{self._product()}/similar", b""

    def _event(self) -> Request:
        return self._post(_EVENTS, self._raw(0))

    def _events(self) -> Request:
        return self._post(_EVENTS, [self._raw(i) for i in range(25)])

    def _wrong(self) -> Request:
        body: dict[str, Any] = {"customer_id": self._customer(), f"field_{self._number}": "x" * 200}
        return self._post(self._random.choice((_LIST, _BATCH, "/v1/none")), body)

    def _raw(self, place: int) -> dict[str, Any]:
        kind, id = self._random.choice(_KINDS), f"{self.seed}-{self._number}-{place}"
        customer = self._random.choice(self.customers[::_IN_THE_SHOP])
        return {"customer_id": customer, "product_id": self._product(), "event_type": kind, "event_id": id}

    def _customer(self) -> str:
        return self._random.choice(self.customers)

    def _product(self) -> str:
        return self._random.choice(self.products)

    @staticmethod
    def _post(path: str, body: object) -> Request:
        return "POST", path, json.dumps(body).encode()


def ask(address: str, requests: Sequence[Request], *, token: str, connections: int = 4) -> Counter[int]:
    """Send all, dealt out to the connections in turn; how many answers had which status. RuntimeError at an odd one."""
    return asyncio.run(_ask(address, requests, token, connections))


async def _ask(address: str, requests: Sequence[Request], token: str, connections: int) -> Counter[int]:
    parts = (requests[i::connections] for i in range(connections))
    found = await asyncio.gather(*(_one_connection(address, part, token) for part in parts))
    return sum(found, Counter[int]())


async def _one_connection(address: str, requests: Sequence[Request], token: str) -> Counter[int]:
    where, statuses = urlsplit(address), Counter[int]()
    rest = f"Host: {where.netloc}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    left = deque(requests)
    while left:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        try:
            while left:
                method, path, body = left[0]
                head = f"{method} {path} HTTP/1.1\r\n{rest}Content-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                status = await _status(reader)
                if status not in _STATUSES:
                    raise RuntimeError(f"{method} {path}: {status}")
                statuses[status] += 1
                left.popleft()
        except asyncio.IncompleteReadError:  # closed for being idle, where the machine stood still: once more
            continue
        finally:
            writer.close()
    return statuses


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if _CHUNKED in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        at = head.index(_LENGTH) + len(_LENGTH)
        await reader.readexactly(int(head[at : head.index(b"\r", at)]))
    return int(head[9:12])
