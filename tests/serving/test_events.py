"""Live events over HTTP: two workers and one store, and lists go on whatever becomes of it."""

import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from features.store.config import StoreConfig
from features.store.event import Event
from features.store.livestore import LiveStore
from features.store.reader import Reader
from features.tables.reasons import Reason
from serving.clock import shown_time
from serving.openapi import document
from tests.serving.patient import PATIENCE, running_service, until
from tests.serving.test_broken_requests import check
from training import pointer

pytestmark = pytest.mark.service

PATH = "/v1/events"
JSON = "application/json"
CUSTOMER = "ann of 4 Mill Lane"
SETTINGS = "[ingestion]\npoll_s = 0.1\nmax_body_kb = 300\n[tables]\ncurrency = 'EUR'\nexclude_products = ['gift_*']\n"
BROKEN = [
    # content type, body, status, code
    (JSON, b"", 400, "invalid_json"),
    (JSON, b'{"customer_id": "ann"', 400, "invalid_json"),
    (JSON, b'{"quantity": NaN}', 400, "invalid_json"),
    (JSON, b'{"customer_id": "\\ud800"}', 400, "invalid_json"),
    (JSON, b'{"quantity": 1' + b"0" * 5_000 + b"}", 400, "invalid_json"),
    (JSON, b'{"customer_id": "\xff"}', 400, "invalid_utf8"),
    (JSON, b"[" * 100_000 + b"]" * 100_000, 400, "too_deep"),
    (JSON, b'{"properties": ' + b'{"a":' * 1_000 + b"1" + b"}" * 1_001, 400, "too_deep"),
    (JSON, b'"ann"', 422, "wrong_type"),
    (JSON, b"7", 422, "wrong_type"),
    (JSON, b"[" + b"{}," * 1_000 + b"{}]", 422, "invalid_value"),
    ("text/plain", b"{}", 415, "wrong_content_type"),
    (JSON, b" " * (300 * 1024 + 1), 413, "body_too_large"),
]


@pytest.fixture(scope="module")
def shop(workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A workspace without a store yet, and its service."""
    folder = tmp_path_factory.mktemp("events")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    (folder / "esnaf.toml").write_text(SETTINGS)
    options = ["--as-of", shown_time(as_of), "--workers", "2"]
    with running_service(folder, *options, log=folder / "service.log") as address:
        yield folder, address
    assert "Traceback" not in (folder / "service.log").read_text()


@pytest.fixture
def folder(shop: tuple[Path, str]) -> Path:
    return shop[0]


@pytest.fixture
def client(shop: tuple[Path, str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shop[1], timeout=PATIENCE) as one:
        yield one


def stored(folder: Path) -> list[Event]:
    store = LiveStore.open(folder, StoreConfig())
    reader = Reader(store.backend)
    try:
        return reader.after(0, limit=100_000)
    finally:
        reader.close()
        store.close()


def view(number: int, **values: Any) -> dict[str, Any]:
    return {"event_id": f"v{number}", "customer_id": CUSTOMER, "product_id": "mug", "event_type": "view_item", **values}


def test_an_event_that_is_acknowledged_is_in_the_store(client: httpx.Client, folder: Path, as_of: int) -> None:
    answer = client.post(PATH, json=view(1, properties={"b": 1, "a": None}, unit_price="2.5", recommendation_id="r"))
    assert (answer.status_code, answer.headers["content-type"]) == (202, JSON)
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
    (event,) = (event for event in stored(folder) if event.event_id == "v1")
    assert (event.customer_id, event.product_id, event.price, event.properties) == (CUSTOMER, "mug", 2.5, '{"b":1}')
    assert (event.time, event.recommendation_id) == (as_of, "r")
    assert client.get("/readyz").json()["store"] == "ready"


def test_both_workers_take_in_what_is_sent_at_the_same_time(shop: tuple[Path, str]) -> None:
    """Each list is sent twice, over connections of its own."""
    lists = [[view(1_000 + 20 * number + i) for i in range(20)] for number in range(30)]

    def send(events: list[dict[str, Any]]) -> Any:
        return httpx.post(f"{shop[1]}{PATH}", json=events, timeout=PATIENCE).json()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, [*lists, *lists]))
    assert sum(answer["accepted"] for answer in answers) == 600
    assert sum(answer["duplicates"] for answer in answers) == 600
    ids = [event.event_id for event in stored(shop[0])]
    assert len(ids) == len(set(ids)) >= 600


def test_the_names_of_other_systems_are_understood(client: httpx.Client, folder: Path) -> None:
    names = {"Order Completed": 6, "Product Viewed": 0, "AddToCart": 3, "purchase": 6, "view_item": 0, "search": 2}
    events = [view(2_000 + i, event_type=name) for i, name in enumerate(names)]
    assert client.post(PATH, json=events).json()["accepted"] == len(names)
    kinds = {event.event_id: event.kind for event in stored(folder)}
    same = [kinds[f"v{2_000 + i}"] for i in range(len(names))]
    assert same[0] == same[3]
    assert same[1] == same[4]
    assert len(set(same)) == 4


def test_a_list_of_the_greatest_length_has_a_verdict_for_each(client: httpx.Client) -> None:
    events = [view(3_000 + i) if i % 4 else {"customer_id": i, "event_type": "hover"} for i in range(1_000)]
    answer = client.post(PATH, json=events)
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 750
    assert [one["index"] for one in answer.json()["rejected"]] == list(range(0, 1_000, 4))
    assert {one["error"]["code"] for one in answer.json()["rejected"]} == {"unknown_event_type"}


def test_the_rules_of_the_tables_are_those_of_live_events(client: httpx.Client) -> None:
    events = [
        view(1, currency="USD"),
        view(2, product_id="gift_card"),
        view(3, timestamp="2099-01-01"),
        [],
        view(4, quantity=0),
    ]
    codes = [one["error"]["code"] for one in client.post(PATH, json=events).json()["rejected"]]
    assert codes == [Reason.CURRENCY, Reason.EXCLUDED_PRODUCT, Reason.FUTURE, Reason.MALFORMED, Reason.BAD_QUANTITY]


@pytest.mark.parametrize(("kind", "body", "status", "code"), BROKEN)
def test_a_broken_body(client: httpx.Client, kind: str, body: bytes, status: int, code: str) -> None:
    check(client.post(PATH, content=body, headers={"Content-Type": kind}), status, code, None)


def test_other_methods_are_refused(client: httpx.Client) -> None:
    check(client.get(PATH), 405, "wrong_method", None)


def test_what_was_sent_is_counted(client: httpx.Client) -> None:
    def count(verdict: str) -> int:
        lines = client.get("/metrics").text.splitlines()
        return sum(
            int(float(n.split()[-1])) for n in lines if n.startswith(f'esnaf_events_total{{verdict="{verdict}"}}')
        )

    before = {verdict: count(verdict) for verdict in ("accepted", "duplicate", "no_product")}
    client.post(PATH, json=[view(4_000), view(4_001), view(4_000), view(4_002, product_id=None)])
    until(lambda: count("no_product") == before["no_product"] + 1)
    assert count("accepted") == before["accepted"] + 2
    assert count("duplicate") == before["duplicate"] + 1
    text = client.get("/metrics").text
    assert "esnaf_store_waiting_events 0.0" in text
    assert 'status="500"' not in text


def test_the_document_describes_it(client: httpx.Client) -> None:
    call = client.get("/openapi.json").json()["paths"][PATH]["post"]
    assert call == document()["paths"][PATH]["post"]
    assert {"202", "400", "413", "422", "429", "503"} <= call["responses"].keys()


def test_without_its_store_it_goes_on_answering(
    client: httpx.Client, folder: Path, shop: tuple[Path, str], known: str
) -> None:
    assert client.post(PATH, json=view(4_999)).status_code == 202
    with sqlite3.connect(folder / "store.db") as other:
        other.execute("ALTER TABLE esnaf_events RENAME TO away")
    try:
        answer = client.post(PATH, json=view(5_000))
        check(answer, 503, "store_unavailable", None)
        assert int(answer.headers["Retry-After"]) >= 1
        assert client.get(f"/v1/recommendations/{known}").status_code == 200
        until(lambda: _readiness(shop[1]) == {("degraded", "unavailable")})
        assert "esnaf_store_up 0.0" in client.get("/metrics").text
    finally:
        with sqlite3.connect(folder / "store.db") as other:
            other.execute("ALTER TABLE away RENAME TO esnaf_events")
    until(lambda: _readiness(shop[1]) == {("ready", "ready")})
    assert "esnaf_store_up 1.0" in client.get("/metrics").text
    assert client.post(PATH, json=view(5_000)).json()["accepted"] == 1
    log = (folder / "service.log").read_text()
    assert "store.away" in log
    assert "store.back" in log
    assert CUSTOMER not in log


def _readiness(address: str) -> set[tuple[str, str]]:
    """What the workers say; each connection may lead to another one."""
    answers = [httpx.get(f"{address}/readyz", timeout=PATIENCE) for _ in range(8)]
    assert all(answer.status_code == 200 for answer in answers)
    return {(answer.json()["status"], answer.json()["store"]) for answer in answers}
