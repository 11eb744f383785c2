"""Values and bodies that mean harm, and a seeded maker of many more."""

import json
import random
from collections.abc import Sequence
from typing import Any, TypeAlias

Json: TypeAlias = Any

FORGED = "2026-01-01T00:00:00Z error forged.line customer=eve"
MARK = "zqx"  # in every text that is sent: neither logs nor others' answers may have it
TEXTS = (
    f"{MARK}'; DROP TABLE esnaf_events; --",
    f"{MARK}' OR '1'='1",
    f"{MARK}'); DELETE FROM esnaf_events WHERE (1=1",  # noqa: S608
    f'{MARK}" UNION SELECT * FROM esnaf_events --',  # noqa: S608
    f"{MARK}\n{FORGED}",
    f"{MARK}\r\n{FORGED}",
    f"{MARK}\x1b[2J\x1b]0;{FORGED}\x07",
    f"{MARK}\u2028{FORGED}\u202e",
    f"{MARK}\x00after a zero",
    f"{MARK}%s%n%x {{0}} {{self.__class__}} ${{jndi:ldap://x}}",
    f"../../../../etc/passwd{MARK}",
    f"<script>alert('{MARK}')</script>",
    f"{MARK}\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    " ".join([MARK] * 30),
)
NUMBERS = (
    "1e400",
    "-1e400",
    "1e-400",
    "1" + "0" * 400,
    "-0",
    "9" * 30,
    "0.1e1",
    "NaN",
    "Infinity",
    "-1",
    "2147483648",
    "1E+999999999",
)
VALUES: tuple[Json, ...] = (
    None, True, False, 0, -1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 1.5, -0.0, 1e308, "", " ", "\x00", [], {},
    [[]], [{}], [None], {"": ""}, {"__proto__": 1}, "0", "true", "null",
)  # fmt: skip
LIST: Json = {
    "customer_id": "ann",
    "anonymous_id": "tab",
    "n": 5,
    "placement": "cart",
    "channel": "web",
    "context": {"product_id": "P1", "cart": ["P2"], "interests": ["Kitchen"], "attributes": {"country": "TR"}},
    "filters": {
        "categories": ["Kitchen"],
        "brands": ["B"],
        "price_min": 1.0,
        "price_max": 1000.0,
        "exclude_products": ["P9"],
        "exclude_purchased": False,
    },
    "explain": False,
}
BATCH: Json = {"requests": [LIST, {"customer_id": "bob", "n": 3}]}
EVENT: Json = {
    "customer_id": "ann",
    "anonymous_id": "tab",
    "product_id": "P1",
    "event_type": "view",
    "timestamp": "2024-01-01T00:00:00Z",
    "event_id": "e-1",
    "quantity": 1,
    "unit_price": 2.5,
    "line_total": 2.5,
    "currency": "EUR",
    "order_id": "o-1",
    "session_id": "s-1",
    "channel": "web",
    "device": "phone",
    "recommendation_id": "r-1",
    "position": 1,
    "name": "Mug",
    "properties": {"query": "mug", "deep": {"list": [1, 2]}},
}
BODIES = {
    "/v1/recommendations": LIST,
    "/v1/recommendations/batch": BATCH,
    "/v1/events": [EVENT, {"customer_id": "bob", "product_id": "P2"}],
}


def places(value: Json, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a value, itself first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [before, *(place for key, item in inner for place in places(item, (*before, key)))]


def replaced(value: Json, place: Sequence[Any], new: Json) -> Json:
    """A copy with another value at one place."""
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = replaced(value[place[0]], place[1:], new)
    return copy


class Fuzzer:
    """Bodies from a seed: some nearly right, some torn, some no JSON at all."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def body(self) -> tuple[str, bytes]:
        """A path, and what to send there."""
        path = self._random.choice(list(BODIES))
        value = BODIES[path]
        for _ in range(self._random.choice((1, 1, 2, 4))):
            value = self._changed(value)
        text = json.dumps(value, ensure_ascii=self._random.random() < 0.7).encode("utf-8", "surrogatepass")
        return path, self._torn(text) if self._random.random() < 0.4 else text

    def _changed(self, value: Json) -> Json:
        place = self._random.choice(places(value))
        found = value
        for key in place:
            found = found[key]
        return replaced(value, place, self._other(found))

    def _other(self, value: Json) -> Json:
        match self._random.randrange(7):
            case 0:
                return self._random.choice(VALUES)
            case 1:
                return self._random.choice(TEXTS)
            case 2:
                return [value] * self._random.choice((1, 2, 201))
            case 3:
                return {self._random.choice(TEXTS): value}
            case 4 if isinstance(value, dict):
                return {
                    **value,
                    self._random.choice((*TEXTS, "n", "properties", "explain")): self._random.choice(VALUES),
                }
            case 5:
                return str(value) * self._random.choice((1, 50, 2_000))
            case _:
                return self._nested(value)

    def _nested(self, value: Json) -> Json:
        for _ in range(self._random.choice((1, 20, 150))):
            value = [value] if self._random.random() < 0.5 else {"a": value}
        return value

    def _torn(self, text: bytes) -> bytes:
        at = self._random.randrange(len(text))
        to = at + self._random.randrange(20)
        match self._random.randrange(7):
            case 0:
                return text[:at]
            case 1:
                return text[:at] + self._random.randbytes(to - at) + text[to:]
            case 2:
                return text[:at] + text[to:]
            case 3:
                return text.decode("utf-8", "replace").encode(
                    self._random.choice(("utf-16", "utf-32", "utf-7")), "replace"
                )
            case 4:
                return text[:at] + self._random.choice((b"[", b'{"a":')) * self._random.choice((10, 5_000)) + text[at:]
            case 5:
                return text.replace(b"5", self._random.choice(NUMBERS).encode()).replace(
                    b"1", self._random.choice(NUMBERS).encode()
                )
            case _:
                return self._random.randbytes(at)
