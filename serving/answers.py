"""Answers: lists as JSON text, made by the recommender or taken ready from the cache.

The text is put together by hand: a ready list is most of it, and only the id, the customer and the time are new.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Hashable, Sequence
from dataclasses import asdict
from typing import Any

from features.recent import Deed
from serving.bodies import ListRequest
from serving.cache import Cache, ReadyList
from serving.champion import Champion
from serving.clock import Clock
from serving.display import Display
from serving.live import Live
from serving.metrics import Metrics
from serving.newcomers.newcomers import Newcomers
from serving.newcomers.placing import SOURCE as NEW
from serving.policy.effects import effects
from serving.policy.policy import Policy, PolicyAt
from serving.queries import Asked, Key, query_of, request_of
from training.query import Answer, Item, Query

_ANSWER = b'{"recommendation_id":"%b","model_version":%b,"customer":{"customer_id":%b,"name":null},%b,%b"took_ms":%b}'
_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_DEGRADED = b'"degraded":true,'
_TURN = 8  # lists of a batch that are made before other requests get their turn


class Answers:
    """Lists and neighbours of one model, as the bytes that are sent. The cache is the model's own."""

    def __init__(
        self,
        champion: Champion,
        *,
        clock: Clock,
        cache: Cache,
        metrics: Metrics,
        live: Live,
        display: Display,
        newcomers: Newcomers,
        policy: Policy | None = None,
    ) -> None:
        self.champion = champion
        self._version = _json(champion.version)
        self._recommender = champion.recommender
        self._clock = clock
        self._cache = cache
        self._metrics = metrics
        self._live = live
        self._display = display
        self._newcomers = newcomers
        self._policy = policy

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
        """A `SimilarAnswer`; UnknownProductError if neither the model nor an event has told what the product is."""
        start = time.perf_counter()
        items = _items(self._similar(product_id, n))
        head = b'{"product_id":%b,"model_version":%b,' % (_json(product_id), self._version)
        return b'%b"items":%b,"took_ms":%b}' % (head, _json(items), _elapsed(start))

    def _similar(self, product_id: str, n: int) -> Sequence[Item]:
        policy = self._policy_now
        if self._recommender.products.index(product_id) < 0:
            self._live.look()
            rules = None if policy is None else policy.rules(Query())
            if (found := self._newcomers.similar(product_id, n, standing=rules)) is not None:
                return found
        return self._recommender.similar(product_id, n, policy=policy)

    def popular(self) -> list[Key]:
        """The keys of ready lists that were asked for again, the last one first."""
        return self._cache.popular()

    def warm(self, other: "Answers", seconds: float) -> int:
        """Make the lists that another model was asked for again and again, and return how many there was time for.

        Only for answers that nobody asks yet: the cache is of one thread. It is done in small turns, with as long a
        pause after each, since those who are being answered meanwhile share the interpreter.
        """
        end, now = time.monotonic() + seconds, self._clock.time()
        asked, made = self._asked([request_of(key) for key in other.popular()]), dict[Key, ReadyList]()
        self._cache.enter(self._era(now))
        for first in range(0, len(asked), _TURN):
            began = time.monotonic()
            if began >= end:
                break
            made |= self._lists(asked[first : first + _TURN], now)
            time.sleep(time.monotonic() - began)
        for key, ready in reversed(made.items()):
            self._cache.put(key, ready)
        return len(made)

    def _answer(self, request: ListRequest, ready: ReadyList, start: float) -> bytes:
        name, text, fallback = self._display.show(request, ready)
        for source, count in fallback:
            self._metrics.fell_back(source, count)
        return _ANSWER % (
            name.encode(),
            self._version,
            _json(request.customer_id),
            text,
            _DEGRADED if self._live.away else b"",
            _elapsed(start),
        )

    def _ready(self, requests: Sequence[ListRequest]) -> list[ReadyList]:
        """The list of each request; those with nothing new since they were made last come from the cache."""
        now = self._clock.time()
        self._cache.enter(self._era(now))
        asked = self._asked(requests)
        found = [self._cache.get(one.key) for one in asked]
        missing = [one for one, ready in zip(asked, found, strict=True) if ready is None]
        self._metrics.looked_up(hits=len(requests) - len(missing), misses=len(missing))
        made = self._lists(missing, now)
        for key, ready in made.items():
            self._cache.put(key, ready)
        return [made[one.key] if ready is None else ready for one, ready in zip(asked, found, strict=True)]

    def _era(self, now: int) -> Hashable:
        """Changes with the lists' time, and whenever a rule of the policy begins or ends."""
        return now if self._policy is None else (now, self._policy.era(self._clock.now()))

    @property
    def _policy_now(self) -> PolicyAt | None:
        return None if self._policy is None else self._policy.at(self._clock.now())

    def _asked(self, requests: Sequence[ListRequest]) -> list[Asked]:
        marks = self._live.marks(requests)
        return [Asked(one, self._who(one, mark), mark) for one, mark in zip(requests, marks, strict=True)]

    def _who(self, request: ListRequest, mark: int) -> str | None:
        """All visitors of whom nothing is known get the same list; everybody else is asked for under one id."""
        who = self._live.who(request)
        if request.customer_id is None and not mark and self._recommender.questions.index(who) < 0:
            return None
        return who

    def _lists(self, asked: Sequence[Asked], now: int) -> dict[Key, ReadyList]:
        """The list of each key; those of one length, for people who did nothing since, are made together."""
        made: dict[Key, ReadyList] = {}
        for n in {one.request.n for one in asked}:
            still = [one for one in asked if one.request.n == n and not one.mark]
            made |= self._made(still, [self._query(one) for one in still], n, now)
        for one in asked:
            if one.mark:
                recent = self._live.deeds(one.request)
                moment = max(self._clock.now(), recent[-1].time) if recent else now
                made |= self._made([one], [self._query(one, recent)], one.request.n, moment)
        return made

    def _query(self, asked: Asked, recent: tuple[Deed, ...] = ()) -> Query:
        persons, who = self._live.persons, asked.who
        if who is None:
            return query_of(asked.request, None, recent)
        return query_of(asked.request, persons.asked_as(who), recent, also=persons.ids(who)[1:])

    def _made(self, asked: Sequence[Asked], queries: Sequence[Query], n: int, time: int) -> dict[Key, ReadyList]:
        deep, policy = self._display.deep(n), self._policy_now
        understood = [self._newcomers.stood_in(query) for query in queries]
        answers = self._recommender.recommend(understood, deep, time=time, policy=policy)
        added, pairs = self._newcomers.added, zip(queries, answers, strict=True)
        answers = [added(query, answer, deep, policy=policy, moment=time) for query, answer in pairs]
        rendered = (self._rendered(*one, time) for one in zip(asked, queries, answers, strict=True))
        return dict(zip((one.key for one in asked), rendered, strict=True))

    def _rendered(self, asked: Asked, query: Query, answer: Answer, time: int) -> ReadyList:
        items = _items(answer.items)
        rules = None if self._policy_now is None else self._policy_now.rules(query)
        if asked.request.explain:
            self._explain(items, query, answer, time)
            if self._policy is not None:
                found = effects(rules, self._recommender, query, answer, n=asked.request.n, time=time)
                for item, own in zip(items, found, strict=True):
                    item["policy"] = [asdict(effect) for effect in own]
        filled = answer.fallback or ()
        fallback = [asdict(part) for part in filled] or None
        text = b'"items":%b,"fallback":%b' % (_json(items), _json(fallback))
        return self._display.ready(
            ReadyList(text, tuple((part.source, part.count) for part in filled)),
            items,
            shown=asked.request.n,
            version=self.champion.version,
            named=self._named(asked.who),
            policy="" if rules is None or self._policy is None else self._policy.digest,
            pinned=() if rules is None else rules.pinned(answer.items, asked.request.n, self._recommender.products),
        )

    def _explain(self, items: Sequence[dict[str, Any]], query: Query, answer: Answer, time: int) -> None:
        names = [item.product_id for item in answer.items if item.source != NEW]
        reasons = iter(self._recommender.explain(query, names, time=time))
        for item, own in zip(items, answer.items, strict=True):
            item["reason"] = own.reason if own.source == NEW else next(reasons)

    def _named(self, who: str | None) -> bool:
        """Whether somebody consents to what they are shown being known as theirs."""
        index = -1 if who is None else self._recommender.questions.index(who)
        return self._display.strangers_named if index < 0 else bool(self._recommender.profiles.personal[index])


def _items(items: Sequence[Item]) -> list[dict[str, Any]]:
    return [
        {"product_id": i.product_id, "rank": i.rank, "score": i.score, "source": i.source, "reason": None}
        for i in items
    ]


def _json(value: Any) -> bytes:
    return _ENCODE(value).encode()


def _elapsed(start: float) -> bytes:
    """Milliseconds since `start`."""
    return b"%.3f" % ((time.perf_counter() - start) * 1e3)
