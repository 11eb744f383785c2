"""Intake: the live events of requests, judged one by one, and acknowledged when they are on the disk.

The store's writer puts what waits into common transactions; the loop of the worker only judges, in small turns, and
goes on with other requests while the disk works.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from features.errors import StoreBusy, StoreError, StoreUnavailable
from features.settings import Settings
from features.store.event import ERASED, NO_CONSENT, Event, stated_by
from features.store.judge import Judge, Judged
from features.tables.config import TablesConfig
from features.tables.reasons import MEANING, Reason
from serving.bodies import MAX_EVENTS
from serving.clock import Clock
from serving.config import IngestionConfig
from serving.errors import RequestError, shown
from serving.keeper import Keeper
from serving.metrics import Metrics
from serving.opening import opened
from serving.waiting import result_of

if TYPE_CHECKING:
    from features.store.appender import Sequences

_TURN = 32  # events that are judged before other requests get their turn
_AGAIN = 1  # seconds to come back after
_FIELDS: dict[str, str] = {
    Reason.NO_CUSTOMER: "customer_id",
    Reason.UNKNOWN_EVENT_TYPE: "event_type",
    Reason.NO_PRODUCT: "product_id",
    Reason.EXCLUDED_PRODUCT: "product_id",
    Reason.BAD_TIMESTAMP: "timestamp",
    Reason.FUTURE: "timestamp",
    Reason.BAD_QUANTITY: "quantity",
    Reason.BAD_PRICE: "unit_price",
    Reason.CURRENCY: "currency",
}
_MEANING: dict[str, str] = {
    **{str(reason): words for reason, words in MEANING.items()},
    Reason.MALFORMED: "not a JSON object",
    "erased": "a customer who was erased: nothing is kept of them any more",
    "no_consent": "a customer who consents to nothing that events are kept for",
}
REFUSED = {ERASED: "erased", NO_CONSENT: "no_consent"}
"""What the store does not keep, as senders are told."""
_SEND_AGAIN = "nothing is promised of these events; send them again, those that are there already count once"


class Intake:
    """Takes events into the store of one keeper."""

    def __init__(
        self,
        keeper: Keeper,
        settings: Settings,
        *,
        clock: Clock,
        metrics: Metrics,
        keeps: Callable[[Iterable[str]], Mapping[str, bool]] | None = None,
    ) -> None:
        self.keeper = keeper
        config = settings.section("ingestion", IngestionConfig)
        self.max_body = config.max_body_kb << 10  # bytes
        self.acknowledge_s = config.acknowledge_s
        self._judge = Judge(TablesConfig.of(settings))
        self._clock = clock
        self._metrics = metrics
        self._keeps = self._all if keeps is None else keeps  # whether what is done under ids of the store may be kept

    async def take(self, body: Any, *, until: float) -> bytes:
        """An `EventsAnswer` once every accepted event is on the disk; the loop's time `until` is waited for, and longer
        to open the store.

        Raises:
            RequestError: no event and no list of them, or one that is too long (422); the queue is full (429); the
                store is away, or took too long (503). Nothing of it is acknowledged then.
        """
        raws = _listed(body)
        judged = await self._judged(raws)
        refused = self._refused(judged)
        kept = [event for event, place in zip(judged.events, judged.places, strict=True) if place not in refused]
        try:
            sequences = await self._stored(kept, until) if kept else []
        except TimeoutError:
            raise _unavailable("the live store takes too long") from None
        places = (place for place in judged.places if place not in refused)
        refused |= {place: sequence for place, sequence in zip(places, sequences, strict=False) if sequence < 0}
        rejected = sorted([*judged.rejected, *((place, REFUSED[why]) for place, why in refused.items())])
        duplicates = sequences.count(0)
        accepted = sum(sequence > 0 for sequence in sequences)
        self._metrics.took_in(accepted, duplicates, [reason for _, reason in rejected])
        told = b",".join(_rejection(place, reason, raws[place]) for place, reason in rejected)
        return b'{"accepted":%d,"duplicates":%d,"rejected":[%b]}' % (accepted, duplicates, told)

    def _refused(self, judged: Judged) -> dict[int, int]:
        """The places of events of who does not let them be kept. The store refuses others, those of who was erased."""
        keeps = self._keeps({event.customer_id for event in judged.events})
        if all(keeps.values()):
            return {}
        return {
            place: NO_CONSENT
            for event, place in zip(judged.events, judged.places, strict=True)
            if not keeps[event.customer_id] and stated_by(event) is None
        }

    def _all(self, ids: Iterable[str]) -> Mapping[str, bool]:
        self.keeper.follow()  # as others do who tell: a store that is away is known before anything is written
        return dict.fromkeys(ids, True)

    async def _judged(self, raws: Sequence[Any]) -> Judged:
        judged, now = Judged(), self._clock.now()
        for first in range(0, len(raws), _TURN):
            if first:
                await asyncio.sleep(0)
            self._judge.judge_more(judged, raws[first : first + _TURN], now=now)
        return judged

    async def _stored(self, events: Sequence[Event], until: float) -> list[int]:
        until = await opened(self.keeper, until)
        try:
            future = self._queued(events)
        except StoreBusy as busy:
            raise RequestError(429, "too_many_events", str(busy), retry_after=busy.retry_after) from None
        except StoreError:
            raise _unavailable("the service is ending") from None
        try:
            return await result_of(future, until=until)
        except StoreBusy:
            raise _unavailable("others keep the live store busy") from None
        except StoreUnavailable as error:
            self.keeper.failed(error)
            raise _unavailable("the live store cannot be written") from None
        except StoreError:
            raise RequestError(422, "refused", "a value of these events cannot be stored") from None

    def _queued(self, events: Sequence[Event]) -> "Future[Sequences]":
        appender = self.keeper.appender
        assert appender is not None  # noqa: S101  # `opened` came before
        return appender.append(events)


def _listed(body: Any) -> Sequence[Any]:
    if isinstance(body, dict):
        return [body]
    if not isinstance(body, list):
        raise RequestError(422, "wrong_type", f"the body is no event and no list of events, but {shown(body)}")
    if len(body) > MAX_EVENTS:
        raise RequestError(422, "invalid_value", f"{len(body):,} events in one list; at most {MAX_EVENTS:,} at once")
    return body


def _rejection(place: int, reason: str, raw: Any) -> bytes:
    """A `RejectedEvent`; the reason's name is the code."""
    field, message = _FIELDS.get(reason), _MEANING[reason]
    if field is not None and raw.get(field) is not None:
        message = f"{message}: {shown(raw[field])}"
    error = {"code": reason, "message": message, "field": field}
    return json.dumps({"index": place, "error": error}, separators=(",", ":")).encode()


def _unavailable(what: str) -> RequestError:
    return RequestError(503, "store_unavailable", f"{what}; {_SEND_AGAIN}", retry_after=_AGAIN)
