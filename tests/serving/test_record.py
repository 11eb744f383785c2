"""What the service and the command line tell of one customer, fresh with live events."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from esnaf.arguments import invoke
from esnaf.records import UnknownCustomerError
from features.consent import audit
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from serving.clock import shown_time
from serving.record.masking import masked
from serving.tokens import SCOPES, TokenFile
from tests.serving.conftest import Guarded
from tests.serving.patient import running_service, until
from training import pointer

pytestmark = pytest.mark.service

SETTINGS = "[ingestion]\npoll_s = 0.1\n[exposures]\nflush_s = 0.05\n"


@pytest.fixture(scope="module")
def shop(workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A service of two workers with tokens, and no store yet."""
    folder = tmp_path_factory.mktemp("records")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    (folder / "esnaf.toml").write_text(SETTINGS)
    tokens: dict[str, str] = {scope: TokenFile.of(folder).make(scope, [scope])[1] for scope in SCOPES}
    log = folder / "service.log"
    with running_service(folder, "--as-of", shown_time(as_of), "--workers", "2", log=log) as address:
        yield Guarded(address, folder, log, tokens)


@pytest.fixture
def clients(shop: Guarded) -> Iterator[list[httpx.Client]]:
    """Several connections, which the workers share."""
    several = [shop.client("customers") for _ in range(4)]
    yield several
    for client in several:
        client.close()


def record(client: httpx.Client, customer: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/customers/{customer}").raise_for_status().json()
    return found


def send(shop: Guarded, **event: Any) -> None:
    with shop.client("ingest") as client:
        assert client.post("/v1/events", json=event).json()["accepted"] == 1


def test_what_the_model_knows(clients: list[httpx.Client], known: str) -> None:
    found = record(clients[0], known)
    history = found["history"]
    assert found["in_model"]
    assert history["orders"] > 1
    assert history["spent"] == pytest.approx(history["average_order"] * history["orders"], rel=1e-2)
    assert history["top_products"][0]["purchases"] >= history["top_products"][-1]["purchases"]
    assert {one["name"] for one in found["attributes"]} >= {"country"}
    assert all(one["source"] and one["as_of"] for one in found["attributes"])
    assert {one["kind"] for one in found["segments"]} >= {"behavioural", "value"}
    assert all(one["why"] for one in found["segments"])
    assert found["value"] is None or 0 <= found["value"]["chance"] <= 1
    assert found["consent"]["personalisation"] == {
        "granted": True,
        "source": "customers table or default",
        "since": None,
    }


def test_it_is_fresh_in_every_worker(
    shop: Guarded, clients: list[httpx.Client], customers: list[str], products: list[str]
) -> None:
    customer = customers[3]
    before = record(clients[0], customer)["history"]
    bought = {"product_id": products[0], "event_type": "purchase", "quantity": 2, "unit_price": 7.5, "order_id": "o-1"}
    send(shop, customer_id=customer, anonymous_id="tablet-4711", **bought)
    survey = {"properties": {"kind": "NPS", "score": 9}, "event_type": "survey"}
    send(shop, customer_id=customer, **survey)
    for text in ("no object", "[1]", "{broken"):
        send(shop, customer_id=customer, event_type="survey", properties=text)
    for client in clients:
        found = record(client, customer)
        assert found["history"]["orders"] == before["orders"] + 1
        assert found["history"]["spent"] == pytest.approx(before["spent"] + 15)
        assert [(one["kind"], one["score"]) for one in found["scores"]] == [("nps", 9.0)]
        assert ("anonymous_id", "ta***1") in [(one["kind"], one["value"]) for one in found["identifiers"]]
        assert "tablet-4711" not in client.get(f"/v1/customers/{customer}").text


def test_lists_that_were_shown(shop: Guarded, clients: list[httpx.Client], customers: list[str]) -> None:
    with shop.client("recommend") as asking:
        asked = {"customer_id": customers[4], "n": 3, "placement": "home"}
        answer = asking.post("/v1/recommendations", json=asked).raise_for_status().json()
    until(lambda: record(clients[0], customers[4])["lists"], "a list in the record")
    lists = record(clients[0], customers[4])["lists"]
    assert lists[0]["recommendation_id"] == answer["recommendation_id"]
    assert lists[0]["products"] == [item["product_id"] for item in answer["items"]]
    assert lists[0]["placement"] == "home"


def test_in_plain_words(clients: list[httpx.Client], known: str) -> None:
    found = clients[0].get(f"/v1/customers/{known}/why").raise_for_status().json()
    assert any("orders" in word for word in found["words"])
    assert all(item["reason"] for item in found["items"])
    assert len(found["items"]) == 5
    clients[1].put(f"/v1/customers/{known}/consent", json={"personalisation": False}).raise_for_status()
    refused = clients[2].get(f"/v1/customers/{known}/why").raise_for_status().json()
    assert any("not allow personal lists" in word for word in refused["words"])
    assert refused["fallback"][0]["source"] == "no_consent"
    consent = record(clients[3], known)["consent"]["personalisation"]
    assert (consent["granted"], consent["source"]) == (False, "api")
    assert consent["since"]
    clients[1].put(f"/v1/customers/{known}/consent", json={"personalisation": True}).raise_for_status()


def test_of_whom_nothing_is_known(shop: Guarded, clients: list[httpx.Client], customers: list[str]) -> None:
    with shop.client("admin") as admin:
        assert admin.delete(f"/v1/customers/{customers[6]}").status_code == 200
    for client in clients:
        for nobody in ("never-heard-of", customers[6]):
            for path in (f"/v1/customers/{nobody}", f"/v1/customers/{nobody}/why"):
                answer = client.get(path)
                assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_customer")
                assert nobody not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v1/customers/x", "customers"),
        ("GET", "/v1/customers/x/why", "customers"),
        ("PUT", "/v1/customers/x/consent", "customers"),
        ("DELETE", "/v1/customers/x", "admin"),
    ],
)
def test_each_call_needs_its_scope(shop: Guarded, method: str, path: str, scope: str) -> None:
    for other in SCOPES:
        with shop.client(other) as client:
            status = client.request(method, path).status_code
        assert (status == 403) == (other != scope)


def test_every_look_is_written_down(shop: Guarded, customers: list[str]) -> None:
    customer = customers[7]
    with shop.client("customers") as client:
        record(client, customer)
        client.get(f"/v1/customers/{customer}/why").raise_for_status()
    invoke("customer", customer, "--workspace", str(shop.workspace))
    store = LiveStore.open(shop.workspace, StoreConfig())
    try:
        for _ in range(200):
            found = audit.read(store.backend, customer_id=customer)
            if len(found) == 3:
                break
    finally:
        store.close()
    actions = [(one.actor, one.action, one.result) for one in found]
    assert sorted(actions) == [
        ("command", "record", "found"),
        ("customers", "record", "found"),
        ("customers", "why", "found"),
    ]
    assert customer not in repr(found)


def test_the_same_from_the_command_line(
    shop: Guarded, clients: list[httpx.Client], known: str, as_of: int, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--workspace", str(shop.workspace), "--as-of", shown_time(as_of))
    ours, theirs = invoke("customer", known, *where), record(clients[0], known)
    assert {**ours, "lists": None} == {**theirs, "lists": None}
    from esnaf.commands import customer

    customer.show(ours)
    assert known in capsys.readouterr().out
    customer.show(invoke("customer", known, "--why", *where))
    assert "orders" in capsys.readouterr().out
    with pytest.raises(UnknownCustomerError, match="nothing is known"):
        invoke("customer", "never-heard-of", *where)


def test_an_export_has_everything(shop: Guarded, customers: list[str], products: list[str], tmp_path: Path) -> None:
    customer, file = customers[8], tmp_path / "all.json"
    send(shop, customer_id=customer, anonymous_id="phone-77", product_id=products[1], event_type="view", channel="app")
    done = invoke("export", customer, "-o", str(file), "--workspace", str(shop.workspace))
    assert done["events_in_store"] == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    import json

    found = json.loads(file.read_text())
    assert found["record"]["customer_id"] == customer
    assert found["anonymous_ids"] == ["phone-77"]
    assert found["events_in_store"][0]["event_type"] == "view"
    assert found["events_in_store"][0]["channel"] == "app"
    assert [one["action"] for one in found["accesses"]] == ["export"]
    assert len(found["history_in_model"]) == sum(found["record"]["history"]["events"].values()) - 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("tab-9x7z", "ta***z"),
        ("short", "***"),
        ("ada@example.org", "***@***.org"),
        ("ada.lovelace@mail.example.co.uk", "ad***@***.uk"),
        ("", "***"),
    ],
)
def test_identifiers_are_masked(value: str, shown: str) -> None:
    assert masked(value) == shown
