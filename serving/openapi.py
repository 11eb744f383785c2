"""The OpenAPI document, made from the bodies."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from serving import bodies

_REF = "#/components/schemas/{model}"

_ID = {"type": "string", "minLength": 1, "maxLength": 256}
_PROBLEMS = {
    401: "No token, or one that is not known (any more)",
    403: "The token has not the scope that this needs; or, without tokens, the sender is on another machine",
    400: "The body, path or parameters are not valid JSON or UTF-8",
    404: "No such product, interest, customer or template",
    408: "The body came too slowly",
    409: "This customer was erased",
    413: "The body is too large",
    415: "The body is not application/json",
    422: "A field is unknown, missing, of the wrong type or out of bounds",
    429: "More than the token's rate, or more events wait than the queue takes; Retry-After says when to come back",
    503: "The live store is away; Retry-After says when to try again",
}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "Made by `esnaf token make`: recommend, ingest, customers, admin. Without any, none is asked for.",
}
_OF_A_TOKEN = (401, 403, 429)
_OF_A_BODY = (400, 408, 413, 415, 422)
_LOOKED = (404, 503)  # where a look at somebody has to be written down
_KEPT = (409, 503)  # where something is written of somebody who may have been erased


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1 of version 1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Esnaf", "version": "1", "description": "Product recommendations of one shop."},
        "paths": _paths(),
        "components": {"schemas": _schemas(), "securitySchemes": {"token": _BEARER}},
    }


def _paths() -> dict[str, Any]:
    named, listed = bodies.ListParameters, bodies.SimilarParameters
    of, to = "/v1/recommendations/{customer_id}", "/v1/products/{product_id}/similar"
    return {
        "/v1/recommendations": {"post": _call("One list", bodies.ListAnswer, body=bodies.ListRequest)},
        of: {"get": _call("One list, for a browser", bodies.ListAnswer, path=("customer_id",), query=named)},
        "/v1/recommendations/batch": {"post": _call("Many lists", bodies.BatchAnswer, body=bodies.BatchRequest)},
        to: {"get": _call("Neighbours of a product", bodies.SimilarAnswer, path=("product_id",), query=listed)},
        "/v1/events": {"post": _events()},
        "/v1/customers/{customer_id}": {
            "get": _of_customer("All that is known of a customer", bodies.RecordAnswer, *_LOOKED),
            "delete": _of_customer("Erase a customer, for good", bodies.ErasedAnswer, 503),
        },
        "/v1/customers/{customer_id}/why": {"get": _of_customer("The same in plain words", bodies.WhyAnswer, *_LOOKED)},
        "/v1/customers/{customer_id}/consent": {
            "put": _of_customer(
                "State a customer's consent", bodies.ConsentAnswer, 503, 409, body=bodies.ConsentRequest
            )
        },
        "/v1/customers/{customer_id}/interests": {
            "get": _of_customer("A customer's interests", bodies.InterestsAnswer),
            "put": _of_customer(
                "Declare a customer's interests", bodies.InterestsAnswer, *_KEPT, body=bodies.InterestsRequest
            ),
        },
        "/v1/customers/{customer_id}/interests/{name}": {
            "delete": _also(
                _call("Remove an interest for good", bodies.InterestsAnswer, path=("customer_id", "name")), *_KEPT
            )
        },
        "/v1/customers/{customer_id}/name": {
            "put": _of_customer("Say what a customer is called", bodies.NameAnswer, *_KEPT, body=bodies.NameRequest)
        },
        "/v1/messages/render": {
            "post": _also(_call("Write one message", bodies.MessageAnswer, body=bodies.MessageRequest), 404)
        },
        "/v1/model": {"get": _call("The model that answers", bodies.ModelAnswer)},
        "/healthz": {"get": _open("The process lives", _answer("The answer", bodies.Health))},
        "/readyz": {"get": _open("A model is loaded", _answer("The answer", bodies.Readiness))},
        "/metrics": {"get": _with_token({"summary": "Prometheus metrics", "responses": {"200": _text()}})},
        "/openapi.json": {"get": _open("This document", _object())},
    }


def _call(
    summary: str,
    answer: type[BaseModel],
    *,
    body: type[BaseModel] | None = None,
    path: tuple[str, ...] = (),
    query: type[BaseModel] | None = None,
) -> dict[str, Any]:
    parameters = [{"name": name, "in": "path", "required": True, "schema": _ID} for name in path]
    call: dict[str, Any] = {"summary": summary, "responses": _responses(answer, "The answer", _wrong(body, path))}
    if query:
        parameters += [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in query.model_json_schema()["properties"].items()
        ]
    if parameters:
        call["parameters"] = parameters
    if body:
        call["requestBody"] = {"required": True, "content": _json(body)}
    return _with_token(call)


def _of_customer(
    summary: str, answer: type[BaseModel], *wrong: int, body: type[BaseModel] | None = None
) -> dict[str, Any]:
    """A call about the customer of the path."""
    return _also(_call(summary, answer, body=body, path=("customer_id",)), *wrong)


def _open(summary: str, response: dict[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "responses": {"200": response}}


def _with_token(call: dict[str, Any]) -> dict[str, Any]:
    """The call, which everybody needs a token for; what a token is refused with comes first."""
    return {**call, "security": [{"token": []}], "responses": {**_problems(_OF_A_TOKEN), **call["responses"]}}


def _events() -> dict[str, Any]:
    event = {"$ref": _REF.format(model=bodies.LiveEvent.__name__)}
    several = {"type": "array", "items": event, "maxItems": bodies.MAX_EVENTS}
    content = {"application/json": {"schema": {"oneOf": [event, several]}}}
    responses = _responses(bodies.EventsAnswer, "Each event has its verdict", [*_OF_A_BODY, 503], status=202)
    body = {"required": True, "content": content}
    return _with_token({"summary": "Take live events in", "requestBody": body, "responses": responses})


def _wrong(body: type[BaseModel] | None, path: tuple[str, ...]) -> Sequence[int]:
    if body:
        return _OF_A_BODY
    return [400, *([404] if {"product_id", "name"} & {*path} else []), 422] if path else []


def _also(call: dict[str, Any], *wrong: int) -> dict[str, Any]:
    """The call, which may be refused in these ways too."""
    return {**call, "responses": {**call["responses"], **_problems(wrong)}}


def _problems(wrong: Sequence[int]) -> dict[str, Any]:
    return {str(status): _answer(_PROBLEMS[status], bodies.ErrorAnswer) for status in wrong}


def _responses(answer: type[BaseModel], description: str, wrong: Sequence[int], *, status: int = 200) -> dict[str, Any]:
    return {str(status): _answer(description, answer), **_problems(wrong)}


def _answer(description: str, model: type[BaseModel]) -> dict[str, Any]:
    return {"description": description, "content": _json(model)}


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}


def _text() -> dict[str, Any]:
    return {"description": "Prometheus text format", "content": {"text/plain": {"schema": {"type": "string"}}}}


def _object() -> dict[str, Any]:
    return {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}


def _schemas() -> dict[str, Any]:
    requests = [
        bodies.ListRequest,
        bodies.BatchRequest,
        bodies.LiveEvent,
        bodies.ConsentRequest,
        bodies.InterestsRequest,
        bodies.NameRequest,
        bodies.MessageRequest,
    ]
    answers = [
        bodies.ListAnswer,
        bodies.BatchAnswer,
        bodies.SimilarAnswer,
        bodies.EventsAnswer,
        bodies.ConsentAnswer,
        bodies.ErasedAnswer,
        bodies.RecordAnswer,
        bodies.WhyAnswer,
        bodies.InterestsAnswer,
        bodies.NameAnswer,
        bodies.MessageAnswer,
        bodies.ModelAnswer,
        bodies.Health,
        bodies.Readiness,
        bodies.ErrorAnswer,
    ]
    wanted: list[Any] = [(model, "validation") for model in requests] + [(model, "serialization") for model in answers]
    _, schema = models_json_schema(wanted, ref_template=_REF)
    return dict(schema["$defs"])
