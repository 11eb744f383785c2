"""Answers: lists as JSON text, made by the recommender or taken ready from the cache.

The text is put together by hand: a ready list is most of it, and only the id, the customer and the time are new.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from typing import Any

from serving.bodies import ListRequest
from serving.cache import Cache, ReadyList
from serving.champion import Champion
from serving.clock import Clock
from serving.metrics import Metrics
from serving.queries import Key, key_of, query_of, request_of
from training.query import Answer, Item

_ANSWER = b'{"recommendation_id":"%b","model_version":%b,"customer":{"customer_id":%b,"name":null},%b,"took_ms":%b}'
_TURN = 8  # lists of a batch that are made before other requests get their turn


class Answers:
    """Lists and neighbours of one model, as the bytes that are sent. The cache is the model's own."""

    def __init__(self, champion: Champion, *, clock: Clock, cache: Cache, metrics: Metrics) -> None:
        self.champion = champion
        self._version = _json(champion.version)
        self._recommender = champion.recommender
        self._clock = clock
        self._cache = cache
        self._metrics = metrics

    @property
    def age(self) -> int:
        """Seconds from the end of the model's data to the clock's time."""
        return max(0, self._clock.time() - self._recommender.time)

    def one(self, request: ListRequest) -> bytes:
        """A `ListAnswer`."""
        start = time.perf_counter()
        ready = self._ready([request])[0]
        return self._answer(request, ready, start)

    async def batch(self, requests: Sequence[ListRequest]) -> AsyncIterator[bytes]:
        """The parts of a `BatchAnswer` as they are made; other requests get their turn in between."""
        start = time.perf_counter()
        before = b'{"answers":['
        for first in range(0, len(requests), _TURN):
            turn = requests[first : first + _TURN]
            began = time.perf_counter()
            answers = [self._answer(*pair, began) for pair in zip(turn, self._ready(turn), strict=True)]
            yield before + b",".join(answers)
            before = b","
            await asyncio.sleep(0)
        yield b'],"took_ms":%b}' % _elapsed(start)

    def similar(self, product_id: str, n: int) -> bytes:
        """A `SimilarAnswer`; UnknownProductError if the model has not seen the product."""
        start = time.perf_counter()
        items = _items(self._recommender.similar(product_id, n))
        head = b'{"product_id":%b,"model_version":%b,' % (_json(product_id), self._version)
        return b'%b"items":%b,"took_ms":%b}' % (head, _json(items), _elapsed(start))

    def popular(self) -> list[Key]:
        """The keys of ready lists that were asked for again, the last one first."""
        return self._cache.popular()

    def warm(self, other: "Answers", seconds: float) -> int:
        """Make the lists that another model was asked for again and again, and return how many there was time for.

        Only for answers that nobody asks yet: the cache is of one thread. It is done in small turns, with as long a
        pause after each, since those who are being answered meanwhile share the interpreter.
        """
        end, now = time.monotonic() + seconds, self._clock.time()
        keys, made = other.popular(), dict[Key, ReadyList]()
        self._cache.enter(now)
        for first in range(0, len(keys), _TURN):
            began = time.monotonic()
            if began >= end:
                break
            turn = keys[first : first + _TURN]
            made |= self._lists(turn, [request_of(key) for key in turn], now)
            time.sleep(time.monotonic() - began)
        for key, ready in reversed(made.items()):
            self._cache.put(key, ready)
        return len(made)

    def _answer(self, request: ListRequest, ready: ReadyList, start: float) -> bytes:
        for source, count in ready.fallback:
            self._metrics.fell_back(source, count)
        return _ANSWER % (
            os.urandom(16).hex().encode(),
            self._version,
            _json(request.customer_id),
            ready.text,
            _elapsed(start),
        )

    def _ready(self, requests: Sequence[ListRequest]) -> list[ReadyList]:
        """The list of each request; those with nothing new since they were made last come from the cache."""
        now = self._clock.time()
        self._cache.enter(now)
        keys = [key_of(request) for request in requests]
        found = [self._cache.get(key) for key in keys]
        missing = [i for i, ready in enumerate(found) if ready is None]
        self._metrics.looked_up(hits=len(requests) - len(missing), misses=len(missing))
        made = self._lists([keys[i] for i in missing], [requests[i] for i in missing], now)
        for key, ready in made.items():
            self._cache.put(key, ready)
        return [made[key] if ready is None else ready for key, ready in zip(keys, found, strict=True)]

    def _lists(self, keys: Sequence[Key], requests: Sequence[ListRequest], now: int) -> dict[Key, ReadyList]:
        """The list of each key, those of one length made together."""
        made: dict[Key, ReadyList] = {}
        for n in {request.n for request in requests}:
            rows = [i for i, request in enumerate(requests) if request.n == n]
            lists = self._make([requests[i] for i in rows], n, now)
            made |= zip((keys[i] for i in rows), lists, strict=True)
        return made

    def _make(self, requests: Sequence[ListRequest], n: int, now: int) -> list[ReadyList]:
        answers = self._recommender.recommend([query_of(request) for request in requests], n, time=now)
        return [self._rendered(request, answer, now) for request, answer in zip(requests, answers, strict=True)]

    def _rendered(self, request: ListRequest, answer: Answer, now: int) -> ReadyList:
        items = _items(answer.items)
        if request.explain:
            names = [item.product_id for item in answer.items]
            reasons = self._recommender.explain(query_of(request), names, time=now)
            for item, reason in zip(items, reasons, strict=True):
                item["reason"] = reason
        filled = answer.fallback or ()
        fallback = [asdict(part) for part in filled] or None
        text = b'"items":%b,"fallback":%b' % (_json(items), _json(fallback))
        return ReadyList(text, tuple((part.source, part.count) for part in filled))


def _items(items: Sequence[Item]) -> list[dict[str, Any]]:
    return [{**asdict(item), "reason": None} for item in items]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _elapsed(start: float) -> bytes:
    """Milliseconds since `start`."""
    return b"%.3f" % ((time.perf_counter() - start) * 1e3)
