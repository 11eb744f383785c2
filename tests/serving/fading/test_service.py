"""The real service: what it showed again and again moves down, in every worker."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from features.consent.purposes import Purpose
from serving.clock import shown_time
from tests.serving.patient import PATIENCE, running_service, until
from training import pointer
from training.recommender import Recommender

pytestmark = pytest.mark.service

CONNECTIONS = 6  # each is somebody's: the two workers share them
SETTINGS = """
[exposures]
flush_s = 0.02
[fading]
shown = 3
factor = 0.5
visit_s = 0
"""


@pytest.fixture(scope="module")
def folder(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which every answer counts, and three at the first place are many."""
    folder = tmp_path_factory.mktemp("fading")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    (folder / "esnaf.toml").write_text(SETTINGS)
    return folder


@pytest.fixture(scope="module")
def customers(recommender: Recommender) -> list[str]:
    """Those who consent to being known by what they were shown."""
    named = recommender.profiles.personal & ((recommender.profiles.consent & Purpose.ANALYTICS) > 0)
    return recommender.customers.ids(np.flatnonzero(named))


@pytest.fixture(scope="module")
def clients(folder: Path, as_of: int) -> Iterator[list[httpx.Client]]:
    options = ["--as-of", shown_time(as_of), "--workers", "2"]
    with running_service(folder, *options, log=folder / "service.log") as address:
        clients = [httpx.Client(base_url=address, timeout=PATIENCE) for _ in range(CONNECTIONS)]
        yield clients
        for client in clients:
            client.close()
    assert "fading.failed" not in (folder / "service.log").read_text()


def items(client: httpx.Client, **asked: Any) -> list[dict[str, Any]]:
    answer = client.post("/v1/recommendations", json={"n": 5, **asked}).raise_for_status().json()
    listed: list[dict[str, Any]] = answer["items"]
    assert [item["score"] for item in listed] == sorted((item["score"] for item in listed), reverse=True)
    return listed


def best(client: httpx.Client, **asked: Any) -> dict[str, Any]:
    """The first product of a list."""
    return items(client, **asked)[0]


def fell(client: httpx.Client, product: dict[str, Any], **asked: Any) -> bool:
    """Whether a product has a lower score by now, or is not listed any more."""
    scores = {item["product_id"]: item["score"] for item in items(client, **asked)}
    return bool(scores.get(product["product_id"], -99.0) < product["score"] - 0.6)


def test_what_was_passed_by_moves_down_in_every_worker(clients: list[httpx.Client], customers: list[str]) -> None:
    asked = {"customer_id": customers[3]}
    before = best(clients[0], **asked)
    assert not fell(clients[1], before, **asked)
    for client in clients:
        until(lambda: fell(client, before, **asked))  # noqa: B023  # at once
    other = {"customer_id": customers[4]}
    assert best(clients[0], **other) == best(clients[1], **other)


def test_explanations_say_so(clients: list[httpx.Client], customers: list[str]) -> None:
    asked = {"customer_id": customers[5], "explain": True, "n": 60}
    plain = items(clients[0], **asked)
    assert all("policy" not in item for item in plain)
    until(lambda: any(item.get("policy") for item in items(clients[1], **asked)))
    told = {item["product_id"]: item for item in items(clients[1], **asked)}
    effects = [told[item["product_id"]]["policy"] for item in plain if item["product_id"] in told]
    assert [{"rule": "fading", "effect": "faded"}] in effects
    assert [] in effects
    assert all(item["reason"] for item in told.values())


def test_who_clicks_sees_it_again(clients: list[httpx.Client], customers: list[str]) -> None:
    asked = {"customer_id": customers[6], "n": 60}
    before = best(clients[0], **asked)
    until(lambda: fell(clients[1], before, **asked))
    event = {"customer_id": customers[6], "product_id": before["product_id"], "event_type": "click"}
    assert clients[0].post("/v1/events", json=event).json()["accepted"] == 1
    told = [item for item in items(clients[2], **asked, explain=True) if item["product_id"] == before["product_id"]]
    assert [item.get("policy") or [] for item in told] == [[]]
    assert not fell(clients[3], before, **asked)


def test_visitors_have_their_own(clients: list[httpx.Client]) -> None:
    before = best(clients[0], anonymous_id="one")
    until(lambda: fell(clients[1], before, anonymous_id="one"))
    assert best(clients[2], anonymous_id="two") == before
