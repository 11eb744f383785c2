"""What customers state and ask of the service counts for the very next answer, whichever worker gives it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from esnaf.arguments import invoke
from features.exposures import reader as exposures
from features.exposures.log import ExposureLog
from features.store.config import StoreConfig
from serving.clock import shown_time
from serving.standing import NO_CONSENT
from tests.serving.patient import PATIENCE, running_service, until
from training import pointer
from training.recommender import Recommender

pytestmark = pytest.mark.service

CONNECTIONS = 6  # each is somebody's: the two workers share them
SETTINGS = "[ingestion]\npoll_s = 0.2\n[exposures]\nflush_s = 0.05\n"


@pytest.fixture(scope="module")
def shop(workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A workspace without a store yet, and its service."""
    folder = tmp_path_factory.mktemp("rights")
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


@pytest.fixture(scope="module")
def regulars(recommender: Recommender) -> list[str]:
    """Customers whose own list is not a stranger's."""
    sizes = recommender.history.offsets[1:] - recommender.history.offsets[:-1]
    known = [recommender.customers.id(int(row)) for row in sizes.argsort()[::-1][:60]]
    return [id for id in known if not id.startswith("anon:")][:40]


def listed(client: httpx.Client, **who: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/v1/recommendations", json={"n": 5, **who}).raise_for_status().json()
    return answer


def products(answer: dict[str, Any]) -> list[str]:
    return [item["product_id"] for item in answer["items"]]


def view(customer: str, product: str, number: int) -> dict[str, Any]:
    return {"customer_id": customer, "product_id": product, "event_type": "view", "event_id": f"{customer}-{number}"}


def test_who_refuses_gets_the_list_of_a_stranger_that_says_so(clients: list[httpx.Client], regulars: list[str]) -> None:
    stranger = products(listed(clients[0], anonymous_id="nobody"))
    for number, customer in enumerate(regulars[:10]):
        before = listed(clients[0], customer_id=customer)
        assert before["fallback"] is None or before["fallback"][0]["source"] != NO_CONSENT
        path = f"/v1/customers/{customer}/consent"
        said = clients[number % CONNECTIONS].put(path, json={"personalisation": False}).raise_for_status().json()
        assert said["consent"]["personalisation"] is False
        for client in clients:
            answer = listed(client, customer_id=customer)
            assert answer["fallback"] == [{"source": NO_CONSENT, "count": 5}]
            assert products(answer) == stranger
            assert answer["customer"] == {"customer_id": customer, "name": None}
        clients[0].put(path, json={"personalisation": True}).raise_for_status()
        for client in clients:
            assert products(listed(client, customer_id=customer)) == products(before)


def test_live_events_of_who_refuses_move_nothing(clients: list[httpx.Client], regulars: list[str]) -> None:
    customer = regulars[10]
    clients[0].put(f"/v1/customers/{customer}/consent", json={"personalisation": False}).raise_for_status()
    before = listed(clients[0], customer_id=customer)
    kept = clients[1].post("/v1/events", json=view(customer, products(before)[0], 1)).json()
    assert kept["accepted"] == 1  # for analytics, which was not refused
    for client in clients:
        assert products(listed(client, customer_id=customer)) == products(before)


def test_an_event_states_consent_too(clients: list[httpx.Client], regulars: list[str]) -> None:
    customer = regulars[11]
    event = {"customer_id": customer, "event_type": "identify", "properties": {"consent": []}, "event_id": "refusal"}
    assert clients[0].post("/v1/events", json=event).json()["accepted"] == 1
    for client in clients:
        assert listed(client, customer_id=customer)["fallback"][0]["source"] == NO_CONSENT
    rejected = clients[1].post("/v1/events", json=view(customer, "P1", 1)).json()["rejected"]
    assert [one["error"]["code"] for one in rejected] == ["no_consent"]


def test_who_is_erased_is_a_stranger_for_good(
    shop: tuple[Path, str], clients: list[httpx.Client], regulars: list[str]
) -> None:
    folder, _ = shop
    stranger = listed(clients[0], anonymous_id="nobody")
    for number, customer in enumerate(regulars[12:22]):
        clients[0].post("/v1/events", json=view(customer, products(stranger)[0], 1)).raise_for_status()
        listed(clients[1], customer_id=customer)
        done = clients[number % CONNECTIONS].delete(f"/v1/customers/{customer}").raise_for_status().json()
        assert done["customer_id"] == customer
        assert done["gone"]["events"] == 1
        for client in clients:
            answer = listed(client, customer_id=customer)
            assert (products(answer), answer["fallback"]) == (products(stranger), stranger["fallback"])
        refused = clients[-1].post("/v1/events", json=view(customer, "P1", 2)).json()
        assert [one["error"]["code"] for one in refused["rejected"]] == ["erased"]
        assert clients[0].put(f"/v1/customers/{customer}/consent", json={"analytics": True}).status_code == 409
    listed(clients[0], customer_id=regulars[0])
    until(lambda: regulars[0] in _named(folder))  # what waits is written down
    assert _named(folder).isdisjoint(regulars[12:22])


def _named(folder: Path) -> set[str | None]:
    """Who was shown something, by the log of it."""
    log = ExposureLog.open(folder, StoreConfig())
    try:
        return {name for part in exposures.parts(log.backend) for name in part.customer_id}
    finally:
        log.close()


def test_verbs_know_it_as_well(shop: tuple[Path, str], clients: list[httpx.Client], regulars: list[str]) -> None:
    folder, _ = shop
    refusing, erased = regulars[22], regulars[23]
    clients[0].put(f"/v1/customers/{refusing}/consent", json={"personalisation": False}).raise_for_status()
    result = invoke("erase", erased, "nobody-here", "--workspace", str(folder))
    assert [one["events"] for one in result["erased"]] == [0, 0]
    for client in clients:  # by another process
        assert products(listed(client, customer_id=erased)) == products(listed(client, anonymous_id="nobody"))
    file = folder / "asked.csv"
    file.write_text(f"customer_id\n{refusing}\n{erased}\nunheard-of")
    where = ("--workspace", str(folder))
    done = invoke("recommend", "--customers", str(file), "-o", str(folder / "lists.csv"), "-n", "3", *where)
    assert (done["customers"], done["erased"], done["rows"]) == (2, 1, 6)
    lists: dict[str, list[str]] = {}
    for line in (folder / "lists.csv").read_text().splitlines()[1:]:
        who, product, *_ = line.replace('"', "").split(",")
        lists.setdefault(who, []).append(product)
    assert lists[refusing] == lists["unheard-of"]
    assert invoke("explain", erased, *where)["known"] is False


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v1/customers/ann/consent", {}, "invalid_value"),
        ("/v1/customers/ann/consent", {"cooking": True}, "unknown_field"),
        ("/v1/customers/ann/consent", {"analytics": "yes"}, "wrong_type"),
        (f"/v1/customers/{'x' * 300}/consent", {"analytics": True}, "invalid_value"),
    ],
)
def test_what_is_no_consent_is_told(clients: list[httpx.Client], path: str, body: Any, code: str) -> None:
    answer = clients[0].put(path, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
