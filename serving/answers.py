"""Answers: lists as JSON text, made by the recommender or taken ready from the cache.

The text is put together by hand: a ready list is most of it, and only the id, the customer and the time are new.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Hashable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

from features.consent.purposes import Purpose
from features.interests.told import Told
from features.recent import Deed
from serving.bodies import ListRequest
from serving.cache import Cache, ReadyList
from serving.champion import Champion
from serving.clock import Clock
from serving.display import Display
from serving.encoding import encoded
from serving.live import Live, known_as
from serving.metrics import Metrics
from serving.names import NOBODY, Names
from serving.newcomers.follows import Follows
from serving.newcomers.newcomers import Newcomers
from serving.newcomers.placing import SOURCE as NEW
from serving.policy.effects import effects
from serving.policy.policy import Policy, PolicyAt
from serving.queries import Asked, Key, State, query_of, request_of
from serving.standing import AS_THE_MODEL_KNOWS, NO_CONSENT, Standing, standing_of_all
from training.query import Answer, Fill, Item, Query
from training.request import Request

_ANSWER = b'{"recommendation_id":"%b","model_version":%b,"customer":{"customer_id":%b,"name":%b},%b,%b"took_ms":%b}'
_DEGRADED = b'"degraded":true,'
_Made: TypeAlias = tuple[Key, State]
_TURN = 8  # lists of a batch that are made before other requests get their turn


@dataclass(frozen=True)
class Known:
    """What is known of a customer now."""

    request: Request  # of one row
    told: Told | None  # what they said of their interests; None where they said nothing
    personal: bool  # whether lists may rest on it


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
        names: Names | None = None,
    ) -> None:
        self.champion = champion
        self._version = encoded(champion.version)
        self._recommender = champion.recommender
        self._clock = clock
        self._cache = cache
        self._metrics = metrics
        self._live = live
        self._display = display
        self._name = _nameless if names is None else names.shown
        self._newcomers = newcomers
        self._policy = policy

    @property
    def live(self) -> Live:
        """What customers did since the model was made."""
        return self._live

    @property
    def age(self) -> int:
        """Seconds from the end of the model's data to the clock's time."""
        return max(0, self._clock.time() - self._recommender.time)

    def one(self, request: ListRequest) -> bytes:
        """A `ListAnswer`."""
        start = time.perf_counter()
        ready = self._ready([request])[0]
        return self._answer(request, ready, start)

    def explained(self, request: ListRequest) -> bytes:
        """The items and the fallback of a list, with reasons; nobody is shown it, and it is not written down."""
        return b"{%b}" % self._ready([request])[0].text

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
        head = b'{"product_id":%b,"model_version":%b,' % (encoded(product_id), self._version)
        return b'%b"items":%b,"took_ms":%b}' % (head, encoded(items), _elapsed(start))

    def _similar(self, product_id: str, n: int) -> Sequence[Item]:
        policy = self._policy_now
        if self._recommender.products.index(product_id) < 0:
            self._live.look()
            rules = None if policy is None else policy.rules(Query())
            if (found := self._newcomers.similar(product_id, n, standing=rules)) is not None:
                return found
        return self._recommender.similar(product_id, n, policy=policy)

    def known(self, customer_id: str) -> Known:
        """A customer as the next list would be made for them."""
        (asked,) = self._asked([ListRequest.model_construct(customer_id=customer_id)])
        one, now = asked.request, self._clock.now()
        recent, told = (self._live.deeds(one), self._live.told(one)) if asked.mark else ((), None)
        query = self._query(asked, recent, told)
        return Known(self._recommender.questions.request([query], now), told, not self._refuses(asked))

    def popular(self) -> list[Key]:
        """The keys of ready lists that were, or will be, asked for again, the last one first."""
        return self._cache.popular()

    def warm(self, other: "Answers", seconds: float) -> int:
        """Make the lists that another model was asked for again and again, and return how many there was time for.

        Only for answers that nobody asks yet: the cache is of one thread. It is done in small turns, with as long a
        pause after each, since those who are being answered meanwhile share the interpreter.
        """
        end, now = time.monotonic() + seconds, self._clock.time()
        asked, made = self._asked([request_of(key) for key in other.popular()]), dict[_Made, ReadyList]()
        self._cache.enter(self._era(now))
        for first in range(0, len(asked), _TURN):
            began = time.monotonic()
            if began >= end:
                break
            made |= self._lists(asked[first : first + _TURN], now)
            time.sleep(time.monotonic() - began)
        for (key, state), ready in reversed(made.items()):
            self._cache.keep(key, state, ready)
        return len(made)

    def _answer(self, request: ListRequest, ready: ReadyList, start: float) -> bytes:
        name, text, fallback = self._display.show(request, ready)
        for source, count in fallback:
            self._metrics.fell_back(source, count)
        return _ANSWER % (
            name.encode(),
            self._version,
            encoded(request.customer_id),
            self._name(request.customer_id, self.personal),
            text,
            _DEGRADED if self._live.away else b"",
            _elapsed(start),
        )

    def _ready(self, requests: Sequence[ListRequest]) -> list[ReadyList]:
        """The list of each request; those with nothing new since they were made last come from the cache."""
        now = self._clock.time()
        self._cache.enter(self._era(now))
        asked = self._asked(requests)
        keys = [(one.key, one.state) for one in asked]
        found = [self._cache.get(*key) for key in keys]
        missing = {key: one for key, one, ready in zip(keys, asked, found, strict=True) if ready is None}
        misses = sum(ready is None for ready in found)
        self._metrics.looked_up(hits=len(requests) - misses, misses=misses)
        made = self._lists([*missing.values()], now)
        for (key, state), ready in made.items():
            kept = self._cache.keep if self._comes_again(missing[key, state]) else self._cache.put
            kept(key, state, ready)
        return [made[key] if ready is None else ready for key, ready in zip(keys, found, strict=True)]

    def _comes_again(self, asked: Asked) -> bool:
        """Whether it is what a customer of the model is shown whenever they come."""
        who = asked.who
        return who is not None and asked.plain and any(self._index(id) >= 0 for id in self._live.persons.ids(who))

    def _era(self, now: int) -> Hashable:
        """Changes with the lists' time, and whenever a rule of the policy begins or ends."""
        return now if self._policy is None else (now, self._policy.era(self._clock.now()))

    @property
    def _policy_now(self) -> PolicyAt | None:
        return None if self._policy is None else self._policy.at(self._clock.now())

    def _asked(self, requests: Sequence[ListRequest]) -> list[Asked]:
        marks, fading = self._live.marks(requests), self._display.fading.marks
        faded = [fading.get(known_as(one), 0) for one in requests] if fading else [0] * len(requests)
        of = self._permitted if self._live.register else self._known
        return [of(one, mark, fade) for one, mark, fade in zip(requests, marks, faded, strict=True)]

    def _known(self, request: ListRequest, mark: int, faded: int) -> Asked:
        return self._of_person(request, mark, faded, AS_THE_MODEL_KNOWS)

    def _permitted(self, request: ListRequest, mark: int, faded: int) -> Asked:
        """As `_asked`, by what the customer said and asked of the shop: all who refuse get the same list, and all who
        were erased the one of a stranger."""
        own = known_as(request)
        standing = standing_of_all(self._live.register, (own, *self._live.ids(request)))
        if standing.erased:
            return Asked(request, None, standing=standing)
        if standing.personal is False:  # one list, which some of them may be named with and others not
            return Asked(request, None, standing=standing._replace(named=self._named(request, standing)))
        return self._of_person(request, mark, faded, standing)

    def _of_person(self, request: ListRequest, mark: int, faded: int, standing: Standing) -> Asked:
        """All of whom nothing is known get the same list; everybody else is asked for under one id, and so is a
        customer where personal lists need a consent, since the answer tells that it is missing."""
        who = self._live.who(request)
        ids = self._live.persons.ids(who)
        apart = request.customer_id is not None and not self._display.granted
        if mark or faded or apart or any(self._index(id) >= 0 for id in ids):
            return Asked(request, who, mark, faded, standing, ids)
        return Asked(request, None, standing=standing)

    def _lists(self, asked: Sequence[Asked], now: int) -> dict[_Made, ReadyList]:
        """The list of each key; those of one length, for people who did nothing since, are made together."""
        made: dict[_Made, ReadyList] = {}
        for n in {one.request.n for one in asked}:
            if still := [one for one in asked if one.request.n == n and not one.mark]:
                made |= self._made(still, [self._query(one) for one in still], n, now)
        for one in asked:
            if one.mark:
                recent = self._live.deeds(one.request)
                moment = max(self._clock.now(), recent[-1].time) if recent else now
                query = self._query(one, recent, self._live.told(one.request))
                made |= self._made([one], [query], one.request.n, moment)
        return made

    def _query(self, asked: Asked, recent: tuple[Deed, ...] = (), told: Told | None = None) -> Query:
        if self._refuses(asked):
            return query_of(asked.request, asked.who, personal=False)
        persons, who = self._live.persons, asked.who
        if who is None:
            query = query_of(asked.request, None, recent, told, personal=True)
        else:
            own, also = persons.asked_as(who), persons.ids(who)[1:]
            query = query_of(asked.request, own, recent, told, also=also, personal=True)
        if not asked.faded:
            return query
        shown, now = known_as(asked.request), self._clock.now()
        return replace(query, faded=self._display.fading.of(shown, query, self._recommender, now))

    @cached_property
    def personal(self) -> Follows:
        """Whether somebody, by id, consents to lists that are theirs."""
        return Follows(self._recommender, self._display.granted, self._live.register, self._live.persons.known_as)

    def _refuses(self, asked: Asked) -> bool:
        """Whether there is no consent to a personal list: as said to the shop, else as the model knows, else as is
        set. A stranger who was not heard of has refused nothing."""
        if asked.standing.personal is not None or asked.standing.erased or asked.who is None:
            return asked.standing.personal is False
        known = [index for id in self._live.persons.ids(asked.who) if (index := self._index(id)) >= 0]
        return not (all(self._recommender.profiles.personal[known]) if known else self._display.granted)

    def _index(self, id: str) -> int:
        return self._recommender.questions.index(id)

    def _made(self, asked: Sequence[Asked], queries: Sequence[Query], n: int, time: int) -> dict[_Made, ReadyList]:
        deep, policy = self._display.deep(n), self._policy_now
        understood = [self._newcomers.stood_in(query) for query in queries]
        answers = self._recommender.recommend(understood, deep, time=time, policy=policy)
        added, pairs = self._newcomers.added, zip(queries, answers, strict=True)
        answers = [added(query, answer, deep, policy=policy, moment=time) for query, answer in pairs]
        rendered = (self._rendered(*one, time) for one in zip(asked, queries, answers, strict=True))
        return dict(zip(((one.key, one.state) for one in asked), rendered, strict=True))

    def _rendered(self, asked: Asked, query: Query, answer: Answer, time: int) -> ReadyList:
        items = _items(answer.items)
        rules = None if self._policy_now is None else self._policy_now.rules(query)
        if asked.request.explain:
            self._explain(items, query, answer, time)
            if self._policy is not None or query.faded:
                found = effects(rules, self._recommender, query, answer, n=asked.request.n, time=time)
                for item, own in zip(items, found, strict=True):
                    item["policy"] = [asdict(effect) for effect in own]
        filled: Sequence[Fill] = answer.fallback or ()
        if self._refuses(asked):
            filled = [Fill(NO_CONSENT, len(items[: asked.request.n]))]
        fallback = [asdict(part) for part in filled] or None
        text = b'"items":%b,"fallback":%b' % (encoded(items), encoded(fallback))
        return self._display.ready(
            ReadyList(text, tuple((part.source, part.count) for part in filled)),
            items,
            shown=min(asked.request.n, len(items)),
            version=self.champion.version,
            named=self._named(asked.request, asked.standing),
            policy="" if rules is None or self._policy is None else self._policy.digest,
            pinned=() if rules is None else rules.pinned(answer.items, asked.request.n, self._recommender.products),
        )

    def _explain(self, items: Sequence[dict[str, Any]], query: Query, answer: Answer, time: int) -> None:
        names = [item.product_id for item in answer.items if item.source != NEW]
        reasons = iter(self._recommender.explain(query, names, time=time))
        for item, own in zip(items, answer.items, strict=True):
            item["reason"] = own.reason if own.source == NEW else next(reasons)

    def _named(self, request: ListRequest, standing: Standing) -> bool:
        """Whether somebody consents, under all ids, to what they are shown being known as theirs."""
        if standing.named is not None:
            return standing.named
        ids = self._live.persons.known_as(known_as(request))
        known = [index for id in ids if (index := self._index(id)) >= 0]
        return all(self._recommender.profiles.consent[known] & Purpose.ANALYTICS) if known else self._display.granted


def _items(items: Sequence[Item]) -> list[dict[str, Any]]:
    return [
        {"product_id": i.product_id, "rank": i.rank, "score": i.score, "source": i.source, "reason": None}
        for i in items
    ]


def _nameless(*_: object) -> bytes:
    return NOBODY


def _elapsed(start: float) -> bytes:
    """Milliseconds since `start`."""
    return b"%.3f" % ((time.perf_counter() - start) * 1e3)
