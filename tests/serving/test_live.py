"""An event that was acknowledged is known to the very next answer, whichever worker gives it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from features.store.config import FILE
from serving.clock import shown_time
from tests.serving.patient import PATIENCE, running_service
from training import pointer

pytestmark = pytest.mark.service

SETTINGS = "[ingestion]\npoll_s = 0.2\n"
CONNECTIONS = 6  # each is somebody's: the two workers share them


@pytest.fixture(scope="module")
def shop(workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A workspace without a store yet, and its service."""
    folder = tmp_path_factory.mktemp("live")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    (folder / "esnaf.toml").write_text(SETTINGS)
    options = ["--as-of", shown_time(as_of), "--workers", "2"]
    with running_service(folder, *options, log=folder / "service.log") as address:
        yield folder, address


@pytest.fixture
def clients(shop: tuple[Path, str]) -> Iterator[list[httpx.Client]]:
    several = [httpx.Client(base_url=shop[1], timeout=PATIENCE) for _ in range(CONNECTIONS)]
    yield several
    for client in several:
        client.close()


def products(client: httpx.Client, **who: Any) -> list[str]:
    answer = client.post("/v1/recommendations", json={"n": 5, **who}).raise_for_status().json()
    assert "degraded" not in answer
    return [item["product_id"] for item in answer["items"]]


def send(client: httpx.Client, **event: Any) -> None:
    answer = client.post("/v1/events", json=event)
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 1


def test_every_worker_knows_an_event_at_once(clients: list[httpx.Client], customers: list[str]) -> None:
    """The first of them makes the store."""
    for number, customer in enumerate(customers[:40]):
        asked = {"customer_id": customer}
        first = products(clients[number % CONNECTIONS], **asked)[0]
        send(clients[-1 - number % CONNECTIONS], **asked, product_id=first, event_type="add_to_cart")
        for client in clients:
            assert first not in products(client, **asked)


def test_a_cart_that_is_emptied_is_empty(clients: list[httpx.Client], customers: list[str]) -> None:
    asked = {"customer_id": customers[50]}
    before = products(clients[0], **asked)
    send(clients[0], **asked, product_id=before[0], event_type="add_to_cart", event_id="in")
    send(clients[1], **asked, product_id=before[0], event_type="remove_from_cart", event_id="out")
    for client in clients:
        assert before[0] in products(client, **asked)


def test_visitors_have_a_visit_of_their_own(clients: list[httpx.Client]) -> None:
    one, other = {"anonymous_id": "device-1"}, {"anonymous_id": "device-2"}
    first = products(clients[0], **one)
    assert products(clients[1], **other) == first
    send(clients[0], **one, product_id=first[0], event_type="purchase")
    for client in clients:
        assert first[0] not in products(client, **one)
        assert products(client, **other) == first


def test_reasons_know_the_visit(clients: list[httpx.Client], customers: list[str]) -> None:
    asked = {"customer_id": customers[51]}
    send(clients[0], **asked, product_id=products(clients[0], **asked)[0], event_type="add_to_cart")
    body = {"n": 5, "explain": True, **asked}
    answer = clients[1].post("/v1/recommendations", json=body).raise_for_status().json()
    assert all(item["reason"] for item in answer["items"])


def test_a_batch_knows_as_much(clients: list[httpx.Client], customers: list[str]) -> None:
    asked = [{"customer_id": customer, "n": 5} for customer in customers[52:56]]
    first = products(clients[0], **asked[1])[0]
    send(clients[0], customer_id=asked[1]["customer_id"], product_id=first, event_type="add_to_cart")
    answers = (
        clients[1].post("/v1/recommendations/batch", json={"requests": asked}).raise_for_status().json()["answers"]
    )
    alone = [products(clients[2], **one) for one in asked]
    assert [[item["product_id"] for item in answer["items"]] for answer in answers] == alone
    assert first not in alone[1]


def test_without_the_store_answers_come_from_the_model_and_say_so(
    shop: tuple[Path, str], clients: list[httpx.Client], customers: list[str]
) -> None:
    """Last, since it takes the store away."""
    folder, _ = shop
    for file in folder.glob(f"{FILE}*"):
        file.write_bytes(b"no database any more" * 1_000)
    asked = {"customer_id": customers[0], "n": 5}
    answers = [client.post("/v1/recommendations", json=asked) for client in clients for _ in range(3)]
    assert all(answer.status_code == 200 for answer in answers)
    assert any(answer.json().get("degraded") for answer in answers)
