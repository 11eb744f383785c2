"""Which call is whose."""

import pytest

from serving.call import Call
from serving.errors import RequestError
from serving.replies import Reply
from serving.routes import Route, Routes
from tests.serving.asked import a_call


async def nobody(_: Call) -> Reply:
    """Never asked here."""
    raise AssertionError


ROUTES = Routes(
    Route(method, path, nobody, None)
    for method, path in [
        ("POST", "/lists"),
        ("POST", "/lists/batch"),
        ("GET", "/lists/{who}"),
        ("GET", "/products/{id}/similar"),
        ("GET", "/health"),
        ("DELETE", "/people/{who}"),
        ("GET", "/people/{who}"),
        ("GET", "/people/{who}/likes"),
        ("PUT", "/people/{who}/likes"),
        ("DELETE", "/people/{who}/likes/{name}"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "found", "parameter"),
    [
        ("POST", "/lists", "/lists", ""),
        ("POST", "/lists/batch", "/lists/batch", ""),
        ("GET", "/lists/batch", "/lists/{who}", "batch"),
        ("GET", "/lists/ann", "/lists/{who}", "ann"),
        ("GET", "/lists/", "/lists/{who}", ""),
        ("GET", "/lists/a/b", "/lists/{who}", "a/b"),
        ("HEAD", "/health", "/health", ""),
        ("GET", "/products/mug/similar", "/products/{id}/similar", "mug"),
        ("GET", "/products/a/b/similar", "/products/{id}/similar", "a/b"),
        ("GET", "/products//similar", "/products/{id}/similar", ""),
        ("DELETE", "/people/a/b", "/people/{who}", "a/b"),
        ("GET", "/people/a/likes", "/people/{who}/likes", "a"),
        ("PUT", "/people/a/b/likes", "/people/{who}/likes", "a/b"),
        ("DELETE", "/people/a/likes/mugs > b/c", "/people/{who}/likes/{name}", "a"),
        ("DELETE", "/people/a/likes/b/likes/c", "/people/{who}/likes/{name}", "a/likes/b"),
    ],
)
def test_a_path_finds_its_route(method: str, path: str, found: str, parameter: str) -> None:
    call = a_call(path, method)
    route = ROUTES.find(call)
    assert isinstance(route, Route)
    assert (route.path, call.parameter) == (found, parameter)


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/", 404, None),
        ("GET", "/health/", 404, None),
        ("GET", "/products/similar", 404, None),
        ("GET", "/Lists", 404, None),
        ("GET", "/lists", 405, "POST"),
        ("DELETE", "/lists/ann", 405, "GET"),
        ("PUT", "/lists/batch", 405, "POST"),
        ("OPTIONS", "/health", 405, "GET"),
        ("DELETE", "/people/a/likes", 405, "GET, PUT"),
        ("GET", "/people/a/likes/b", 405, "DELETE"),
        ("\n\x1b", "/health", 405, "GET"),
    ],
)
def test_what_is_not_there_is_told(method: str, path: str, status: int, allowed: str | None) -> None:
    problem = ROUTES.find(a_call(path, method))
    assert isinstance(problem, RequestError)
    assert (problem.status, problem.headers.get("Allow")) == (status, allowed)
    assert str(problem).isprintable()
