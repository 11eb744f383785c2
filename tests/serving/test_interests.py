"""Interests over HTTP: declared, removed and shown, and known to every worker at once."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from features.consent import audit
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from serving.clock import shown_time
from tests.serving.patient import PATIENCE, running_service
from tests.serving.test_broken_requests import check
from training import pointer
from training.recommender import Recommender

pytestmark = pytest.mark.service

CONNECTIONS = 6  # each is somebody's: the two workers share them
NEW = "newcomer of 4 Mill Lane"


@pytest.fixture(scope="module")
def shop(workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A workspace without a store yet, and its service."""
    folder = tmp_path_factory.mktemp("interests")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    options = ["--as-of", shown_time(as_of), "--workers", "2"]
    with running_service(folder, *options, log=folder / "service.log") as address:
        yield folder, address
    log = (folder / "service.log").read_text()
    assert "Traceback" not in log
    assert NEW not in log


@pytest.fixture
def clients(shop: tuple[Path, str]) -> Iterator[list[httpx.Client]]:
    several = [httpx.Client(base_url=shop[1], timeout=PATIENCE) for _ in range(CONNECTIONS)]
    yield several
    for client in several:
        client.close()


@pytest.fixture
def client(clients: list[httpx.Client]) -> httpx.Client:
    return clients[0]


@pytest.fixture(scope="session")
def favourites(recommender: Recommender) -> list[str]:
    """Categories with many products, the largest first."""
    names, code = recommender.catalogue.category_names, recommender.catalogue.category.tolist()
    return sorted(names, key=lambda name: -code.count(names.index(name)))


def path(customer: str, name: str | None = None) -> str:
    from urllib.parse import quote

    own = f"/v1/customers/{quote(customer)}/interests"
    return own if name is None else f"{own}/{quote(name)}"


def declare(client: httpx.Client, customer: str, *names: str) -> Any:
    return client.put(path(customer), json={"interests": list(names)}).raise_for_status().json()


def listed(client: httpx.Client, customer: str, n: int = 10) -> list[str]:
    answer = client.post("/v1/recommendations", json={"customer_id": customer, "n": n}).raise_for_status().json()
    return [item["product_id"] for item in answer["items"]]


def of_category(recommender: Recommender, name: str) -> set[str]:
    code = recommender.catalogue.category_names.index(name)
    return {recommender.products.id(i) for i in (recommender.catalogue.category == code).nonzero()[0].tolist()}


def test_declared_interests_shape_the_very_first_list(
    clients: list[httpx.Client], recommender: Recommender, favourites: list[str], as_of: int
) -> None:
    """Whichever worker is asked, at once, and again after another declaration."""
    before = listed(clients[0], NEW)
    for number, name in enumerate(favourites[:4]):
        answer = declare(clients[number % CONNECTIONS], NEW, name)
        assert [(one["name"], one["since"]) for one in answer["declared"]] == [(name, shown_time(as_of))]
        assert (answer["used"], answer["rejected"], answer["removed"]) == (True, [], [])
        liked = of_category(recommender, name)
        for client in clients:
            found = listed(client, NEW)
            assert len(liked & {*found}) > len(liked & {*before})


def test_changes_and_looks_are_in_the_audit_log(
    shop: tuple[Path, str], client: httpx.Client, favourites: list[str]
) -> None:
    declare(client, "audited", favourites[0])
    client.delete(path("audited", favourites[0])).raise_for_status()
    client.get(path("audited")).raise_for_status()
    store = LiveStore.open(shop[0], StoreConfig())
    try:
        for _ in range(200):  # a look is written soon after it was answered
            found = audit.read(store.backend, customer_id="audited")
            if len(found) == 3:
                break
            time.sleep(0.02)
    finally:
        store.close()
    assert [(one.actor, one.action, one.result) for one in found] == [
        ("local", "interests", "found"),
        ("local", "interests", "removed"),
        ("local", "interests", "declared"),
    ]


def test_every_name_has_its_verdict(client: httpx.Client, favourites: list[str]) -> None:
    slip = favourites[1][:-1]
    answer = declare(client, "verdicts", favourites[0].upper(), slip, "spaceships")
    assert [one["name"] for one in answer["declared"]] == [favourites[0]]
    wrong = [(one["index"], one["error"]["code"], one["error"]["field"]) for one in answer["rejected"]]
    assert wrong == [(1, "unknown_interest", "interests.1"), (2, "unknown_interest", "interests.2")]
    assert favourites[1] in answer["rejected"][0]["error"]["message"]


def test_a_declaration_of_nothing_known_changes_nothing(client: httpx.Client, favourites: list[str]) -> None:
    declare(client, "steady", favourites[0])
    check(client.put(path("steady"), json={"interests": ["spaceships"]}), 422, "unknown_interest", "interests.0")
    assert [one["name"] for one in client.get(path("steady")).json()["declared"]] == [favourites[0]]


def test_an_empty_declaration_takes_all_back(clients: list[httpx.Client], favourites: list[str]) -> None:
    declare(clients[0], "fickle", favourites[0])
    assert declare(clients[1], "fickle")["declared"] == []
    for client in clients:
        assert client.get(path("fickle")).json()["declared"] == []


def test_inferred_interests_come_with_evidence(client: httpx.Client, known: str) -> None:
    answer = client.get(path(known)).raise_for_status().json()
    assert answer["inferred"]
    strengths = [one["strength"] for one in answer["inferred"]]
    assert strengths == sorted(strengths, reverse=True)
    for one in answer["inferred"]:
        evidence = one["evidence"]
        assert 0 < one["strength"] < 1
        assert one["since"] is None
        if evidence["text"]:
            assert evidence["viewed"] + evidence["wished"] + evidence["carted"] + evidence["bought"] > 0


def test_what_just_happened_is_an_interest(
    clients: list[httpx.Client], recommender: Recommender, favourites: list[str]
) -> None:
    product = min(of_category(recommender, favourites[0]))
    event = {"customer_id": "buyer", "product_id": product, "event_type": "purchase"}
    assert clients[0].post("/v1/events", json=event).json()["accepted"] == 1
    for client in clients:
        found = {one["name"]: one["evidence"]["text"] for one in client.get(path("buyer")).json()["inferred"]}
        assert found[favourites[0]] == "bought 1 product in a day"


def test_what_is_removed_stays_removed(clients: list[httpx.Client], recommender: Recommender, known: str) -> None:
    """It is not inferred, nothing that was done with it counts, and what was touched is not shown."""
    kinds = [one for one in clients[0].get(path(known)).json()["inferred"] if one["kind"] == "category"]
    name = kinds[0]["name"]
    touched = of_category(recommender, name)
    answer = clients[1].delete(path(known, name.upper())).raise_for_status().json()
    assert answer["removed"] == [name]
    for client in clients:
        assert name not in [one["name"] for one in client.get(path(known)).json()["inferred"]]
    row = recommender.customers.index(known)
    own = recommender.history.take(recommender.customers.indices([known])).product
    assert row >= 0
    bought = {recommender.products.id(i) for i in own.tolist() if i >= 0} & touched
    assert bought
    assert not bought & {*listed(clients[2], known, 100)}
    event = {"customer_id": known, "product_id": min(bought), "event_type": "purchase"}
    assert clients[0].post("/v1/events", json=event).json()["accepted"] == 1
    for client in clients:
        assert name not in [one["name"] for one in client.get(path(known)).json()["inferred"]]
        assert not bought & {*listed(client, known, 100)}


def test_a_removed_one_may_be_declared_again(client: httpx.Client, favourites: list[str]) -> None:
    declare(client, "returning", *favourites[:2])
    left = client.delete(path("returning", favourites[0])).json()
    assert [one["name"] for one in left["declared"]] == [favourites[1]]
    again = declare(client, "returning", favourites[0])
    assert (again["removed"], [one["name"] for one in again["declared"]]) == ([], [favourites[0]])


def test_without_consent_nothing_rests_on_it(client: httpx.Client, recommender: Recommender) -> None:
    refusing = recommender.customers.id(int((~recommender.profiles.personal).nonzero()[0][0]))
    before = listed(client, refusing)
    answer = declare(client, refusing, str(recommender.catalogue.category_names[0]))
    assert answer["used"] is False
    assert listed(client, refusing) == before


def test_slashes_in_ids_and_names(client: httpx.Client, favourites: list[str]) -> None:
    declare(client, "a/b/c", favourites[0])
    assert [one["name"] for one in client.get(path("a/b/c")).json()["declared"]] == [favourites[0]]
    assert client.delete(path("a/b/c", favourites[0])).json()["customer_id"] == "a/b/c"


@pytest.mark.parametrize(
    ("method", "where", "body", "status", "code", "field"),
    [
        ("PUT", path("x"), {}, 422, "missing_field", "interests"),
        ("PUT", path("x"), {"interests": "Mugs"}, 422, "wrong_type", "interests"),
        ("PUT", path("x"), {"interests": ["a"] * 101}, 422, "invalid_value", "interests"),
        ("PUT", path("x"), {"interests": [], "more": 1}, 422, "unknown_field", "more"),
        ("PUT", path("x" * 257), {"interests": []}, 422, "invalid_value", "customer_id"),
        ("PUT", path("a\nb"), {"interests": []}, 422, "invalid_value", "customer_id"),
        ("GET", path(""), None, 422, "invalid_value", "customer_id"),
        ("DELETE", path("x", "spaceships"), None, 404, "unknown_interest", "name"),
        ("DELETE", path("x") + "/", None, 422, "invalid_value", "name"),
        ("DELETE", path("x"), None, 405, "wrong_method", None),
        ("POST", path("x"), {"interests": []}, 405, "wrong_method", None),
        ("GET", "/v1/customers/%ff/interests", None, 400, "invalid_utf8", None),
    ],
)
def test_broken_requests(
    client: httpx.Client, method: str, where: str, body: Any, status: int, code: str, field: str | None
) -> None:
    check(client.request(method, where, json=body), status, code, field)
