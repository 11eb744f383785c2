"""App: the HTTP interface, version 1, as one ASGI application.

Every request is answered in JSON, errors too, and counted by its route. Requests are routed, read and answered without
a framework between: for a list that is ready, that would take longer than all the rest.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.types import Receive, Scope, Send

from features.consent.purposes import Purpose
from features.errors import EsnafError
from serving.bodies import (
    BatchRequest,
    ConsentRequest,
    CustomerPath,
    InterestsRequest,
    ListParameters,
    ListRequest,
    MessageRequest,
    ModelAnswer,
    NameRequest,
    SimilarParameters,
)
from serving.call import Call
from serving.clock import shown_time
from serving.desk import Desk
from serving.errors import RequestError, problem_of
from serving.gate import Gate
from serving.intake import Intake
from serving.messages.messages import Messages
from serving.metrics import StoreFigures
from serving.onboarding import Onboarding
from serving.reading import GoneError, check_path, checked, read_body, read_json, read_parameters
from serving.record.auditor import Auditor
from serving.replies import Reply, refusal, to_json
from serving.requestlog import RequestLog
from serving.rights import Rights, actor_of
from serving.routes import Route, Routes

_NO_ROUTE = "other"
_GONE = 499  # no answer was sent, since nobody was there to read it
_ERASED_WITHIN = 60.0  # seconds: the whole log of what was shown is gone through
_RECOMMEND, _INGEST, _ADMIN = frozenset({"recommend"}), frozenset({"ingest"}), frozenset({"admin"})
_CUSTOMERS = frozenset({"customers"})
_ANY = _RECOMMEND | _INGEST | _ADMIN | _CUSTOMERS
_FAILED = RequestError(500, "internal", "the service failed; its log says why")


class App:
    """The ASGI application of one desk, of the intake beside it, and of the gate before both."""

    def __init__(self, desk: Desk, intake: Intake, gate: Gate) -> None:
        self._desk = desk
        self._intake = intake
        self._gate = gate
        self._auditor = Auditor(desk.keeper)
        self._rights = Rights(desk, self._auditor)
        self._onboarding = Onboarding(desk, self._auditor)
        self._messages = Messages(desk, may=lambda who: desk.allows(who, Purpose.MESSAGING))
        self._log = RequestLog(desk.config.log_requests)
        self._routes = Routes(
            [
                Route("POST", "/v1/recommendations", self._list, _RECOMMEND),
                Route("POST", "/v1/recommendations/batch", self._batch, _RECOMMEND),
                Route("GET", "/v1/recommendations/{customer_id}", self._list_of, _RECOMMEND),
                Route("GET", "/v1/products/{product_id}/similar", self._similar, _RECOMMEND),
                Route("POST", "/v1/events", self._events, _INGEST),
                Route("GET", "/v1/customers/{customer_id}/interests", self._interests, _RECOMMEND),
                Route("PUT", "/v1/customers/{customer_id}/interests", self._declare, _INGEST),
                Route("DELETE", "/v1/customers/{customer_id}/interests/{name}", self._remove, _INGEST),
                Route("PUT", "/v1/customers/{customer_id}/name", self._call, _INGEST),
                Route("POST", "/v1/messages/render", self._message, _RECOMMEND),
                Route("PUT", "/v1/customers/{customer_id}/consent", self._consent, _CUSTOMERS),
                Route("DELETE", "/v1/customers/{customer_id}", self._erase, _ADMIN),
                Route("GET", "/v1/customers/{customer_id}", self._record, _CUSTOMERS),
                Route("GET", "/v1/customers/{customer_id}/why", self._why, _CUSTOMERS),
                Route("GET", "/v1/model", self._model, _RECOMMEND | _ADMIN),
                Route("GET", "/metrics", self._metrics, _ADMIN),
                Route("GET", "/healthz", self._healthy, None),
                Route("GET", "/readyz", self._ready, None),
                Route("GET", "/openapi.json", self._openapi, None),
            ]
        )

    def close(self) -> None:
        """Write what waits to be written."""
        self._auditor.close()
        self._rights.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and count it."""
        if scope["type"] != "http":
            await _hang_up(scope, send)
            return
        start = time.perf_counter()
        call = Call(scope, receive)
        found = self._routes.find(call)
        path = found.path if isinstance(found, Route) else _NO_ROUTE
        status = 500
        try:
            reply = await self._reply(call, found, path)
            status = reply.status
            if status != _GONE:
                await reply.send(send, call.id)
        except Exception as error:  # noqa: BLE001  # part of the answer is sent: the rest cannot be mended
            status = 500
            self._log.failed(call, path, error)
        finally:
            seconds = time.perf_counter() - start
            self._desk.metrics.answered(path, status, seconds)
            if status >= 400 or self._log.all:
                self._log.answered(call, path, status, seconds)

    async def _reply(self, call: Call, found: Route | RequestError, path: str) -> Reply:
        """The answer, whatever happens."""
        try:
            if isinstance(found, RequestError):
                self._gate.admit(call, _ANY)
                return refusal(found)
            if found.scopes is not None:
                self._gate.admit(call, found.scopes)
                if self._desk.keeper.opens:  # other requests go on meanwhile
                    await asyncio.to_thread(self._desk.keeper.reading)
            return await found.handler(call)
        except EsnafError as error:
            return refusal(problem_of(error))
        except GoneError:
            return Reply(status=_GONE)
        except Exception as error:  # noqa: BLE001  # the sender learns no more than that it is ours
            self._log.failed(call, path, error)
            return refusal(_FAILED)

    async def _list(self, call: Call) -> Reply:
        body = await read_body(call, ListRequest, self._desk.max_body)
        return Reply(self._desk.answers.one(body))

    async def _list_of(self, call: Call) -> Reply:
        check_path(call)
        asked = read_parameters(call, ListParameters)
        body = checked(ListRequest, {"customer_id": call.parameter, **asked.model_dump()})
        return Reply(self._desk.answers.one(body))

    async def _batch(self, call: Call) -> Reply:
        body = await read_body(call, BatchRequest, self._desk.max_body)
        self._gate.charge(call, len(body.requests) - 1)
        parts = self._desk.answers.batch(body.requests)
        first = await anext(parts)  # what can go wrong does so before the head is sent
        return Reply(parts=_chained(first, parts))

    async def _similar(self, call: Call) -> Reply:
        check_path(call)
        asked = read_parameters(call, SimilarParameters)
        return Reply(self._desk.answers.similar(call.parameter, asked.n))

    async def _events(self, call: Call) -> Reply:
        body = await read_json(call, self._intake.max_body)
        return Reply(await self._intake.take(body, until=self._acknowledged()), 202)

    async def _consent(self, call: Call) -> Reply:
        customer_id = _customer_of(call)
        stated = await read_body(call, ConsentRequest, self._desk.max_body)
        answer = await self._rights.consent(customer_id, stated, actor_of(call), until=self._acknowledged())
        return Reply(answer.model_dump_json().encode())

    async def _record(self, call: Call) -> Reply:
        return Reply(self._rights.record(_customer_of(call), actor_of(call)))

    async def _why(self, call: Call) -> Reply:
        return Reply(self._rights.why(_customer_of(call), actor_of(call)))

    async def _erase(self, call: Call) -> Reply:
        until = asyncio.get_running_loop().time() + _ERASED_WITHIN
        answer = await self._rights.erase(_customer_of(call), actor_of(call), until=until)
        return Reply(answer.model_dump_json().encode())

    async def _interests(self, call: Call) -> Reply:
        check_path(call)
        return Reply(self._onboarding.interests(call.parameter, actor_of(call)))

    async def _declare(self, call: Call) -> Reply:
        check_path(call)
        body = await read_body(call, InterestsRequest, self._desk.max_body)
        done = self._onboarding.declare(call.parameter, body, actor_of(call), until=self._acknowledged())
        return Reply(await done)

    async def _remove(self, call: Call) -> Reply:
        check_path(call)
        done = self._onboarding.remove(call.parameter, call.second, actor_of(call), until=self._acknowledged())
        return Reply(await done)

    async def _call(self, call: Call) -> Reply:
        check_path(call)
        body = await read_body(call, NameRequest, self._desk.max_body)
        done = self._onboarding.call(call.parameter, body, actor_of(call), until=self._acknowledged())
        return Reply(await done)

    def _acknowledged(self) -> float:
        """The loop's time by which what is written has to be on the disk."""
        return asyncio.get_running_loop().time() + self._intake.acknowledge_s

    async def _message(self, call: Call) -> Reply:
        return Reply(self._messages.render(await read_body(call, MessageRequest, self._desk.max_body)))

    async def _model(self, _: Call) -> Reply:
        answers = self._desk.answers
        recommender = answers.champion.recommender
        described = ModelAnswer(
            model_version=answers.champion.version,
            as_of=shown_time(self._desk.clock.time()),
            data_from=shown_time(recommender.facts["data_start"]),
            data_until=shown_time(recommender.time),
            fingerprint=recommender.facts["fingerprint"],
            age_s=answers.age,
            customers=len(recommender.customers),
            products=len(recommender.products),
        )
        return Reply(described.model_dump_json().encode())

    async def _healthy(self, _: Call) -> Reply:
        return Reply(b'{"status":"ok"}')

    async def _ready(self, _: Call) -> Reply:
        answers, store = self._desk.answers, self._intake.keeper.state
        status = "degraded" if store == "unavailable" else "ready"
        version = answers.champion.version
        ready = {"status": status, "model_version": version, "age_s": answers.age, "store": store}
        return Reply(to_json(ready))

    async def _metrics(self, _: Call) -> Reply:
        answers, keeper = self._desk.answers, self._intake.keeper
        up = keeper.state == "ready"
        store = None if keeper.state == "none" else StoreFigures(up, keeper.waiting, keeper.lag)
        text = self._desk.metrics.text(age=answers.age, version=answers.champion.version, store=store)
        return Reply(text, media=CONTENT_TYPE_LATEST.encode())

    async def _openapi(self, _: Call) -> Reply:
        from serving.openapi import document  # slow to load and seldom asked for

        return Reply(to_json(document()))


def _customer_of(call: Call) -> str:
    """The customer that the path names; RequestError where it cannot be one."""
    check_path(call)
    return checked(CustomerPath, {"customer_id": call.parameter}).customer_id


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


async def _hang_up(scope: Scope, send: Send) -> None:
    """There is nothing but HTTP here."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1003, "reason": ""})
