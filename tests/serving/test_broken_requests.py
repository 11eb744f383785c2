"""Requests that are wrong: each gets its own clear error, and none a 500."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.serving.patient import PATIENCE

pytestmark = pytest.mark.service

LIST = "/v1/recommendations"
BATCH = "/v1/recommendations/batch"
JSON = "application/json"
ADA = '"customer_id": "ada"'
MANY = json.dumps(["mug"] * 201)

BODIES = [
    # path, content type, body, status, code, field
    (LIST, JSON, b"", 400, "invalid_json", None),
    (LIST, JSON, b"customer_id=ada", 400, "invalid_json", None),
    (LIST, JSON, b'{"customer_id": "ada"', 400, "invalid_json", None),
    (LIST, JSON, b'{"customer_id": "ada"} {}', 400, "invalid_json", None),
    (LIST, JSON, b'{"customer_id": "\\ud800"}', 400, "invalid_json", None),
    (LIST, JSON, b'{"customer_id": "\xff\xfe"}', 400, "invalid_utf8", None),
    (LIST, JSON, '{"customer_id": "ada"}'.encode("utf-16"), 400, "invalid_utf8", None),
    (LIST, JSON, b'{"customer_id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "too_deep", None),
    (LIST, JSON, b"[]", 422, "wrong_type", None),
    (LIST, JSON, b"null", 422, "wrong_type", None),
    (LIST, JSON, b'"ada"', 422, "wrong_type", None),
    (LIST, JSON, b"{}", 422, "invalid_value", None),
    (LIST, JSON, b'{"customer": "ada"}', 422, "unknown_field", "customer"),
    (LIST, JSON, b'{"customer_id": 12}', 422, "wrong_type", "customer_id"),
    (LIST, JSON, b'{"customer_id": ""}', 422, "invalid_value", "customer_id"),
    (LIST, JSON, b'{"customer_id": "%s"}' % (b"a" * 300), 422, "invalid_value", "customer_id"),
    (LIST, JSON, f'{{{ADA}, "n": 0}}', 422, "invalid_value", "n"),
    (LIST, JSON, f'{{{ADA}, "n": -5}}', 422, "invalid_value", "n"),
    (LIST, JSON, f'{{{ADA}, "n": 1001}}', 422, "invalid_value", "n"),
    (LIST, JSON, f'{{{ADA}, "n": 1{"0" * 400}}}', 422, "invalid_value", "n"),
    (LIST, JSON, f'{{{ADA}, "n": "10"}}', 422, "wrong_type", "n"),
    (LIST, JSON, f'{{{ADA}, "n": 1.5}}', 422, "wrong_type", "n"),
    (LIST, JSON, f'{{{ADA}, "n": NaN}}', 422, "wrong_type", "n"),
    (LIST, JSON, f'{{{ADA}, "filters": {{"price_min": NaN}}}}', 422, "invalid_value", "filters.price_min"),
    (LIST, JSON, f'{{{ADA}, "filters": {{"price_max": 1e999}}}}', 422, "invalid_value", "filters.price_max"),
    (LIST, JSON, f'{{{ADA}, "filters": {{"price_max": 1e300}}}}', 422, "invalid_value", "filters.price_max"),
    (LIST, JSON, f'{{{ADA}, "filters": {{"price_min": 2, "price_max": 1}}}}', 422, "invalid_value", "filters"),
    (LIST, JSON, f'{{{ADA}, "filters": {{"colour": "red"}}}}', 422, "unknown_field", "filters.colour"),
    (LIST, JSON, f'{{{ADA}, "context": {{"cart": {MANY}}}}}', 422, "invalid_value", "context.cart"),
    (LIST, JSON, f'{{{ADA}, "context": {{"cart": [null]}}}}', 422, "wrong_type", "context.cart.0"),
    (LIST, JSON, f'{{{ADA}, "explain": "true"}}', 422, "wrong_type", "explain"),
    (LIST, "text/plain", f"{{{ADA}}}", 415, "wrong_content_type", None),
    (LIST, "application/x-www-form-urlencoded", "customer_id=ada", 415, "wrong_content_type", None),
    (LIST, "application/json; charset=latin-1", f"{{{ADA}}}", 415, "wrong_content_type", None),
    (LIST, JSON, b" " * (1024 * 1024 + 1), 413, "body_too_large", None),
    (BATCH, JSON, b"[]", 422, "wrong_type", None),
    (BATCH, JSON, b"{}", 422, "missing_field", "requests"),
    (BATCH, JSON, b'{"requests": []}', 422, "invalid_value", "requests"),
    (BATCH, JSON, f'{{"requests": [{{{ADA}}}, {{"n": 3}}]}}', 422, "invalid_value", "requests.1"),
    (BATCH, JSON, json.dumps({"requests": [{"customer_id": "ada"}] * 101}), 422, "invalid_value", "requests"),
    (BATCH, JSON, json.dumps({"requests": [{"customer_id": "ada", "n": 1000}] * 11}), 422, "invalid_value", None),
    (LIST, JSON, f'{{{ADA}, "n": 101, "explain": true}}', 422, "invalid_value", None),
    (BATCH, JSON, json.dumps({"requests": [{"customer_id": "ada", "explain": True}] * 11}), 422, "invalid_value", None),
]

URLS = [
    # method, path, status, code, field
    ("GET", "/", 404, "unknown_path", None),
    ("GET", "/v2/recommendations/ada", 404, "unknown_path", None),
    ("GET", "/v1/recommendations/", 422, "invalid_value", "customer_id"),
    ("GET", "/v1/recommendations/ada?n=0", 422, "invalid_value", "n"),
    ("GET", "/v1/recommendations/ada?n=ten", 422, "invalid_value", "n"),
    ("GET", "/v1/recommendations/ada?n=", 422, "invalid_value", "n"),
    ("GET", "/v1/recommendations/ada?n=5&n=6", 422, "invalid_value", "n"),
    ("GET", "/v1/recommendations/ada?count=5", 422, "unknown_field", "count"),
    ("GET", "/v1/recommendations/ada?explain=perhaps", 422, "invalid_value", "explain"),
    ("GET", "/v1/recommendations/ada?explain=true&n=101", 422, "invalid_value", None),
    ("GET", "/v1/recommendations/ada?n=%ff", 400, "invalid_utf8", None),
    ("GET", "/v1/recommendations/a%ffda", 400, "invalid_utf8", None),
    ("GET", f"/v1/recommendations/{'a' * 300}", 422, "invalid_value", "customer_id"),
    ("GET", "/v1/recommendations/ada?" + "&".join(f"x{i}=1" for i in range(30)), 422, "invalid_value", None),
    ("GET", "/v1/products/no-such-product/similar", 404, "unknown_product", "product_id"),
    ("GET", "/v1/products/%fe/similar", 400, "invalid_utf8", None),
    ("GET", "/v1/products/mug/similar?n=1001", 422, "invalid_value", "n"),
    ("GET", "/v1/products/mug/opposite", 404, "unknown_path", None),
    ("GET", "/v1/recommendations", 405, "wrong_method", None),
    ("DELETE", "/v1/recommendations/ada", 405, "wrong_method", None),
    ("PUT", "/v1/recommendations/batch", 405, "wrong_method", None),
    ("POST", "/v1/model", 405, "wrong_method", None),
    ("POST", "/healthz", 405, "wrong_method", None),
]


def check(answer: httpx.Response, status: int, code: str, field: str | None) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, JSON)
    assert answer.json().keys() == {"error"}
    error = answer.json()["error"]
    assert error.keys() == {"code", "message", "field"}
    assert (error["code"], error["field"]) == (code, field)
    assert 0 < len(error["message"]) < 400


@pytest.mark.parametrize(("path", "kind", "body", "status", "code", "field"), BODIES)
def test_a_broken_body(
    client: httpx.Client, path: str, kind: str, body: Any, status: int, code: str, field: str | None
) -> None:
    check(client.post(path, content=body, headers={"Content-Type": kind}), status, code, field)


@pytest.mark.parametrize(("method", "path", "status", "code", "field"), URLS)
def test_a_broken_url(client: httpx.Client, method: str, path: str, status: int, code: str, field: str | None) -> None:
    check(client.request(method, path), status, code, field)


def test_a_compressed_body_is_not_read(client: httpx.Client) -> None:
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
    check(client.post(LIST, content=b"\x1f\x8b", headers=headers), 415, "wrong_content_type", None)


def test_a_body_without_a_length_is_cut_off_too(client: httpx.Client) -> None:
    pieces = (b" " * 65_536 for _ in range(40))
    answer = client.post(LIST, content=pieces, headers={"Content-Type": JSON})
    check(answer, 413, "body_too_large", None)


def test_a_body_that_does_not_come_is_not_waited_for(address: str) -> None:
    where = urlsplit(address)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=PATIENCE) as raw:
        raw.sendall(b"POST /v1/recommendations HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
        answer = b""
        while part := raw.recv(4096):
            answer += part
            if answer.endswith(b"}}"):
                break
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code":"body_too_slow"' in answer


def test_a_wrong_method_says_which_are_right(client: httpx.Client) -> None:
    answer = client.put(LIST)
    assert answer.headers["allow"] == "POST"
    assert "POST" in answer.json()["error"]["message"]


def test_what_is_no_http_at_all_is_refused(address: str) -> None:
    where = urlsplit(address)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=PATIENCE) as raw:
        raw.sendall(b"\x00\x01\x02 not http\r\n\r\n")
        assert raw.recv(1024).startswith(b"HTTP/1.1 400")


def test_after_all_that_it_still_answers(client: httpx.Client) -> None:
    assert client.post(LIST, json={"customer_id": "ada"}).status_code == 200
    assert "internal" not in client.get("/metrics").text
    assert 'status="500"' not in client.get("/metrics").text
