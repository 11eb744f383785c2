"""Tokens, limits and request ids, asked of real services."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from esnaf.cli import main
from esnaf.process import free_port, running
from serving import environment
from serving.openapi import document
from serving.tokens import SCOPES, TokenFile
from tests.serving.conftest import Guarded
from tests.serving.patient import PATIENCE, until

pytestmark = pytest.mark.service

ANN = {"customer_id": "ann"}
VIEW = {**ANN, "product_id": "mug", "event_type": "view"}
CALLS = [
    # method, path, body, the scopes that open it
    ("POST", "/v1/recommendations", ANN, {"recommend"}),
    ("POST", "/v1/recommendations/batch", {"requests": [ANN]}, {"recommend"}),
    ("GET", "/v1/recommendations/ann", None, {"recommend"}),
    ("GET", "/v1/products/mug/similar", None, {"recommend"}),
    ("POST", "/v1/events", VIEW, {"ingest"}),
    ("GET", "/v1/model", None, {"recommend", "admin"}),
    ("GET", "/metrics", None, {"admin"}),
    ("GET", "/v1/customers/ann/interests", None, {"recommend"}),
    ("PUT", "/v1/customers/ann/interests", {"interests": []}, {"ingest"}),
    ("DELETE", "/v1/customers/ann/interests/Mugs", None, {"ingest"}),
    ("PUT", "/v1/customers/ann/name", {"name": "Ann"}, {"ingest"}),
    ("POST", "/v1/messages/render", {}, {"recommend"}),
    ("PUT", "/v1/customers/ann/consent", {"analytics": True}, {"customers"}),
    ("GET", "/v1/customers/ann", None, {"customers"}),
    ("GET", "/v1/customers/ann/why", None, {"customers"}),
    ("DELETE", "/v1/customers/zed", None, {"admin"}),
    ("GET", "/no/such/path", None, set(SCOPES)),
    ("DELETE", "/v1/model", None, set(SCOPES)),
]
OPEN = ["/healthz", "/readyz", "/openapi.json"]


@pytest.mark.parametrize(("method", "path", "body", "scopes"), CALLS)
def test_each_call_needs_its_scope(
    guarded: Guarded, method: str, path: str, body: dict[str, object] | None, scopes: set[str]
) -> None:
    for scope in guarded.tokens:
        with guarded.client(scope) as client:
            status = client.request(method, path, json=body).status_code
        assert (status != 403) == (scope in scopes)
        assert status not in {401, 500}
    with guarded.client() as client:
        answer = client.request(method, path, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_every_path_that_is_documented_is_here() -> None:
    documented = {(call.upper(), path) for path, calls in document()["paths"].items() for call in calls}
    names = {"ann": "{customer_id}", "zed": "{customer_id}", "mug": "{product_id}", "Mugs": "{name}"}
    asked = {(method, "/".join(names.get(part, part) for part in path.split("/"))) for method, path, *_ in CALLS}
    assert documented <= asked | {("GET", path) for path in OPEN}


@pytest.mark.parametrize("path", OPEN)
def test_life_and_readiness_need_none(guarded: Guarded, path: str) -> None:
    with guarded.client() as client:
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/schema.json", "/docs.json", "/static_content/index.css", "/"])
def test_pages_of_the_framework_are_not_there(guarded: Guarded, path: str) -> None:
    with guarded.client() as client:
        assert client.get(path).status_code == 401
    with guarded.client("admin") as client:
        assert client.get(path).json()["error"]["code"] == "unknown_path"


def test_an_id_comes_back_and_stands_in_the_log(guarded: Guarded) -> None:
    with guarded.client("recommend") as client:
        sent = client.post("/v1/recommendations", json=ANN, headers={"X-Request-ID": "sent-0815"})
        assert sent.headers["x-request-id"] == "sent-0815"
        made = {client.post("/v1/recommendations", json=ANN).headers["x-request-id"] for _ in range(20)}
        assert len(made) == 20
        failed = client.post("/v1/recommendations", json={}, headers={"X-Request-ID": "sent-0816"})
        assert failed.headers["x-request-id"] == "sent-0816"
    until(lambda: "id=sent-0816" in guarded.log.read_text())
    line = next(line for line in guarded.log.read_text().splitlines() if "id=sent-0816" in line)
    assert re.search(r"request id=sent-0816 path=/v1/recommendations status=422 ms=[0-9.]+ token=recommend$", line)


def test_answers_are_kept_by_no_cache(guarded: Guarded) -> None:
    with guarded.client("recommend") as client:
        headers = client.get("/v1/recommendations/ann").headers
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_tokens_made_and_revoked_count_in_all_workers_at_once(
    guarded: Guarded, capsys: pytest.CaptureFixture[str]
) -> None:
    def statuses() -> set[int]:  # new connections, to either worker
        return {
            httpx.get(f"{guarded.address}/v1/model", headers=headers, timeout=PATIENCE).status_code for _ in range(12)
        }

    assert main(["token", "make", "guest", "--scopes", "recommend", "--workspace", str(guarded.workspace)]) == 0
    headers = {"Authorization": f"Bearer {capsys.readouterr().out.split()[-1]}"}
    until(lambda: statuses() == {200})
    assert main(["token", "revoke", "guest", "--workspace", str(guarded.workspace)]) == 0
    until(lambda: statuses() == {401})


def test_a_token_with_a_rate_is_held_to_it(guarded: Guarded) -> None:
    file = TokenFile.of(guarded.workspace)
    headers = {"Authorization": f"Bearer {file.make('slow', ['recommend'], rate=0.01)[1]}"}
    try:
        with httpx.Client(base_url=guarded.address, headers=headers, timeout=PATIENCE) as client:
            until(lambda: client.get("/v1/model").status_code == 200)
            answer = client.get("/v1/model")
        assert answer.status_code == 429
        assert answer.json()["error"]["code"] == "too_many_requests"
        assert 90 <= int(answer.headers["retry-after"]) <= 100
    finally:
        file.revoke("slow")


def other_address() -> str:
    """An address of this machine that is not the loopback; skips where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            pytest.skip("this machine has no other address")
        found = str(probe.getsockname()[0])
    if found.startswith("127."):
        pytest.skip("this machine has no other address")
    return found


def test_without_tokens_only_this_machine_is_answered_wherever_it_listens(copied: Path, tmp_path: Path) -> None:
    """As `bentoml serve` does it, on all addresses; the first token opens it to others while it runs."""
    outside, log = other_address(), tmp_path / "service.log"
    command = ["env", f"{environment.WORKSPACE}={copied}", "FORWARDED_ALLOW_IPS=*"]
    command += [sys.executable, "-m", "bentoml", "serve", "serving.service:Esnaf", "--host", "0.0.0.0"]  # noqa: S104
    with running(command, log=log) as service:
        far = service.address.replace("127.0.0.1", outside)
        assert httpx.get(f"{service.address}/v1/model", timeout=PATIENCE).status_code == 200
        for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"Host": "127.0.0.1"}, {"Authorization": "Bearer x"}):
            answer = httpx.get(f"{far}/v1/model", headers=headers, timeout=PATIENCE)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "this_machine_only")
        assert httpx.get(f"{far}/healthz", timeout=PATIENCE).status_code == 200
        assert "service.this_machine_only" in log.read_text()
        headers = {"Authorization": f"Bearer {TokenFile.of(copied).make('web', ['recommend'])[1]}"}
        until(lambda: httpx.get(f"{far}/v1/model", headers=headers, timeout=PATIENCE).status_code == 200)
        assert httpx.get(f"{service.address}/v1/model", timeout=PATIENCE).status_code == 401


def test_the_command_listens_elsewhere_only_with_tokens(copied: Path) -> None:
    command = [sys.executable, "-m", "esnaf", "serve", "--workspace", str(copied), "--host", "0.0.0.0"]  # noqa: S104
    command += ["--port", str(free_port())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "there are no tokens; `esnaf token make NAME` makes one" in done.stderr


def test_tokens_that_cannot_be_read_end_it(copied: Path) -> None:
    (copied / "tokens.json").write_text("{}")
    command = [sys.executable, "-m", "bentoml", "serve", "serving.service:Esnaf", "--host", "127.0.0.1"]
    variables = {**os.environ, environment.WORKSPACE: str(copied)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=variables)
    assert done.returncode == 1
    assert "is no file of tokens" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
