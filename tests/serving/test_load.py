"""The load generator of the benchmarks, against the real service."""

import json

import httpx
import pytest

from benchmarks import load
from benchmarks.mixed import Mix, ask
from serving.tokens import TokenFile
from tests.serving.conftest import Guarded
from tests.serving.patient import until

pytestmark = pytest.mark.service

PATH = "/v1/recommendations"
COUNT = f'esnaf_request_seconds_count{{path="{PATH}"}}'


def answered(client: httpx.Client, least: int = 0) -> int:
    """Lists that were asked for so far; a request is counted just after its answer is sent, hence `least`."""
    until(lambda: _count(client) >= least)
    return _count(client)


def _count(client: httpx.Client) -> int:
    lines = client.get("/metrics").text.splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith(COUNT))


@pytest.mark.parametrize("connections", [1, 3])
def test_every_body_is_sent_once(client: httpx.Client, address: str, known: str, connections: int) -> None:
    before = answered(client)
    bodies = [json.dumps({"customer_id": known, "n": 1 + i % 3}).encode() for i in range(50)]
    measured = load.post(address, PATH, bodies, connections=connections)
    assert answered(client, before + 50) == before + 50
    assert json.loads(measured.last)["customer"]["customer_id"] == known
    assert measured.per_s > 0
    assert 0 < measured.p50_ms <= measured.p99_ms


def test_a_refusal_ends_it(address: str) -> None:
    with pytest.raises(RuntimeError, match=r"422 .*unknown_field"):
        load.post(address, PATH, [b'{"customer": "ada"}'], connections=1)


def test_mixed_requests_are_all_answered_as_they_should(
    guarded: Guarded, customers: list[str], products: list[str]
) -> None:
    token = TokenFile.of(guarded.workspace).make("mixed", ["recommend", "ingest"])[1]
    requests = list(Mix(customers, products).take(300))
    assert requests == list(Mix(customers, products).take(300))
    assert requests != list(Mix(customers, products, seed=1).take(300))
    statuses = ask(guarded.address, requests, token=token)
    assert sum(statuses.values()) == 300
    assert statuses[200] > statuses[202] > statuses[422] > 0
    assert statuses.keys() <= {200, 202, 404, 422}


def test_a_token_that_is_not_known_ends_the_load(guarded: Guarded) -> None:
    with pytest.raises(RuntimeError, match=r"401 .*unauthorized"):
        load.post(guarded.address, PATH, [b"{}"], connections=1, token="esnaf_none")  # noqa: S106
