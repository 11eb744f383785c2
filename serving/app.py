"""App: the HTTP interface, version 1, as one ASGI application.

Every request is answered in JSON, errors too, and counted by its route.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from features.errors import EsnafError
from features.logs import log
from serving.bodies import BatchRequest, ListParameters, ListRequest, ModelAnswer, SimilarParameters
from serving.clock import shown_time
from serving.desk import Desk
from serving.errors import RequestError, problem_of, route_problem
from serving.intake import Intake
from serving.metrics import StoreFigures
from serving.reading import check_path, checked, read_body, read_json, read_parameters

_NO_ROUTE = "other"
_ACKNOWLEDGED_WITHIN = 2.6  # seconds, the body's among them; less than the service's own limit


class App:
    """The ASGI application of one desk, and of the intake beside it."""

    def __init__(self, desk: Desk, intake: Intake) -> None:
        self._desk = desk
        self._intake = intake
        routes = [
            Route("/v1/recommendations", self._list, methods=["POST"]),
            Route("/v1/recommendations/batch", self._batch, methods=["POST"]),
            Route("/v1/recommendations/{customer_id:path}", self._list_of, methods=["GET"]),
            Route("/v1/products/{product_id:path}/similar", self._similar, methods=["GET"]),
            Route("/v1/events", self._events, methods=["POST"]),
            Route("/v1/model", self._model, methods=["GET"]),
            Route("/healthz", self._healthy, methods=["GET"]),
            Route("/readyz", self._ready, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
            Route("/openapi.json", self._openapi, methods=["GET"]),
        ]
        self.paths: dict[Any, str] = {route.endpoint: route.path_format for route in routes}
        self._routed = Starlette(routes=routes, exception_handlers=_HANDLERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and count it."""
        start = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._routed(scope, receive, watched)
        finally:
            path = self.paths.get(scope.get("endpoint"), _NO_ROUTE)
            self._desk.metrics.answered(path, status, time.perf_counter() - start)

    async def _list(self, request: Request) -> Response:
        body = await read_body(request, ListRequest, self._desk.max_body)
        return _sent(self._desk.answers.one(body))

    async def _list_of(self, request: Request) -> Response:
        check_path(request.scope)
        asked = read_parameters(request, ListParameters)
        body = checked(ListRequest, {"customer_id": request.path_params["customer_id"], **asked.model_dump()})
        return _sent(self._desk.answers.one(body))

    async def _batch(self, request: Request) -> Response:
        body = await read_body(request, BatchRequest, self._desk.max_body)
        parts = self._desk.answers.batch(body.requests)
        first = await anext(parts)  # what can go wrong does so before the head is sent
        return StreamingResponse(_chained(first, parts), media_type="application/json")

    async def _similar(self, request: Request) -> Response:
        check_path(request.scope)
        asked = read_parameters(request, SimilarParameters)
        return _sent(self._desk.answers.similar(request.path_params["product_id"], asked.n))

    async def _events(self, request: Request) -> Response:
        until = asyncio.get_running_loop().time() + _ACKNOWLEDGED_WITHIN
        body = await read_json(request, self._intake.max_body)
        return Response(await self._intake.take(body, until=until), 202, media_type="application/json")

    async def _model(self, _: Request) -> Response:
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
        return _sent(described.model_dump_json().encode())

    async def _healthy(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _ready(self, _: Request) -> Response:
        answers, store = self._desk.answers, self._intake.keeper.state
        status = "degraded" if store == "unavailable" else "ready"
        version = answers.champion.version
        return JSONResponse({"status": status, "model_version": version, "age_s": answers.age, "store": store})

    async def _metrics(self, _: Request) -> Response:
        answers, keeper = self._desk.answers, self._intake.keeper
        store = None if keeper.state == "none" else StoreFigures(keeper.state == "ready", keeper.waiting)
        text = self._desk.metrics.text(age=answers.age, version=answers.champion.version, store=store)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    async def _openapi(self, _: Request) -> Response:
        from serving.openapi import document  # slow to load and seldom asked for

        return JSONResponse(document())


def _sent(text: bytes) -> Response:
    return Response(text, media_type="application/json")


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


async def _refuse(_: Request, error: Exception) -> Response:
    problem = problem_of(error)
    return JSONResponse(problem.body(), problem.status, problem.headers)


async def _refuse_route(request: Request, error: Exception) -> Response:
    """A path or a method that is not there."""
    headers = getattr(error, "headers", None) or {}
    problem = route_problem(request.method, request.url.path, headers.get("Allow"))
    return JSONResponse(problem.body(), problem.status, headers=headers)


async def _fail(_: Request, error: Exception) -> Response:
    """A fault of ours: the sender learns no more than that, and the server's log has the rest."""
    log.error("request.failed", error=type(error).__name__)
    return JSONResponse(RequestError(500, "internal", "the service failed; its log says why").body(), 500)


_HANDLERS = {EsnafError: _refuse, HTTPException: _refuse_route, Exception: _fail}
