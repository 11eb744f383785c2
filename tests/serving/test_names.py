"""Names and messages over HTTP: looked up when answering, sealed on the disk, and nowhere else."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from features.consent.purposes import Purpose
from features.identity.keys import VARIABLE, Keys
from features.names.book import NameBook
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from serving.clock import shown_time
from tests.serving.patient import PATIENCE, running_service
from tests.serving.test_broken_requests import check
from training import pointer
from training.recommender import Recommender

pytestmark = pytest.mark.service

SECRET = "a secret of more than thirty-two characters"  # noqa: S105  # for tests
PLANTED = "Wilhelmina Featherstone"
LANGUAGES = {"en": "Hi {{ customer.first_name or 'there' }}", "de": "Hallo {{ customer.first_name or 'Sie da' }}"}
ITEMS = "{% for item in items %}[{{ item.rank }} {{ item.product_id }} {{ item.name }}]{% endfor %}"
RENDER = "/v1/messages/render"


@pytest.fixture(scope="module")
def shop(workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A workspace with names and templates, and its service of two workers."""
    folder = tmp_path_factory.mktemp("names")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    (folder / "esnaf.toml").write_text("[messages]\nnames_s = 1\n")
    templates = folder / "templates" / "welcome"
    templates.mkdir(parents=True)
    for language, text in LANGUAGES.items():
        (templates / f"email.{language}.html").write_text(f"<p>{text} {ITEMS} {{{{ values.code }}}}</p>")
        (templates / f"email.{language}.subject.txt").write_text(f"{text}\n{{{{ values.code }}}}")
    (templates / "sms.txt").write_text("{{ 1 // (items|length) }} & {{ values.code }}")
    environment = pytest.MonkeyPatch()
    environment.setenv(VARIABLE, SECRET)
    with running_service(folder, "--as-of", shown_time(as_of), "--workers", "2", log=folder / "service.log") as address:
        environment.undo()
        yield folder, address
    log = (folder / "service.log").read_text()
    assert "Traceback" not in log
    assert PLANTED.split()[1] not in log
    assert SECRET not in log
    for file in folder.rglob("*"):
        assert not file.is_file() or PLANTED.encode() not in file.read_bytes()


@pytest.fixture
def client(shop: tuple[Path, str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shop[1], timeout=PATIENCE) as one:
        yield one


def call(client: httpx.Client, customer: str, name: str | None) -> Any:
    return client.put(f"/v1/customers/{customer}/name", json={"name": name}).raise_for_status().json()


def named(client: httpx.Client, customer: str) -> str | None:
    answer = client.post("/v1/recommendations", json={"customer_id": customer}).raise_for_status().json()
    assert answer["customer"]["customer_id"] == customer
    name: str | None = answer["customer"]["name"]
    return name


def render(client: httpx.Client, **body: Any) -> Any:
    asked = {"template": "welcome", "customer_id": "newcomer", "channel": "email", "values": {"code": "A<B"}, **body}
    return client.post(RENDER, json=asked).raise_for_status().json()


def test_a_name_is_in_the_next_answer(client: httpx.Client) -> None:
    assert named(client, "nobody yet") is None
    assert call(client, "planted", PLANTED) == {"customer_id": "planted", "name": PLANTED}
    assert named(client, "planted") == PLANTED
    assert call(client, "planted", None)["name"] is None
    assert named(client, "planted") is None


def test_ready_lists_have_the_name_of_now(client: httpx.Client, known: str) -> None:
    first = named(client, known)
    call(client, known, "Ann")
    assert (first, named(client, known)) == (None, "Ann")
    call(client, known, None)


@pytest.mark.parametrize("name", ["test", "<b>Ann</b>", "Ann\x00", "x" * 81, "{{ 7 * 7 }}", ""])
def test_what_is_no_name_is_refused(client: httpx.Client, name: str) -> None:
    answer = client.put("/v1/customers/c1/name", json={"name": name})
    check(answer, 422, "invalid_value", "name")
    assert named(client, "c1") is None


def test_names_of_a_table_that_are_not_fit_are_not_shown(
    client: httpx.Client, shop: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    store = LiveStore.open(shop[0], StoreConfig())
    book = NameBook(store.backend, Keys.from_environment({VARIABLE: SECRET}))
    book.fill([("t1", "Théo Martin"), ("t2", "test"), ("t3", "<script>alert(1)</script>"), ("t4", "a" * 5_000)], 1)
    store.close()
    assert [named(client, customer) for customer in ("t1", "t2", "t3", "t4")] == ["Théo Martin", None, None, None]


def test_without_consent_nobody_is_named(client: httpx.Client, recommender: Recommender) -> None:
    refusing = recommender.customers.id(int((~recommender.profiles.personal).nonzero()[0][0]))
    assert call(client, refusing, "Ann")["name"] is None
    assert named(client, refusing) is None


def test_visitors_have_no_name(client: httpx.Client) -> None:
    call(client, "v1", "Ann")
    answer = client.post("/v1/recommendations", json={"anonymous_id": "v1"}).json()
    assert answer["customer"] == {"customer_id": None, "name": None}


def test_a_message_with_named_products(client: httpx.Client, products: list[str]) -> None:
    call(client, "reader", "Ann Miller")
    message = render(client, customer_id="reader", items=[products[0], "never heard of", products[1]])
    assert message["body"].startswith(f"<p>Hi Ann [1 {products[0]} ")
    assert f"[2 {products[1]} " in message["body"]
    assert message["body"].endswith("A&lt;B</p>")
    assert message["unknown_products"] == ["never heard of"]
    assert (message["subject"], message["media"], message["language"]) == ("Hi Ann A<B", "text/html", "en")
    assert message["recommendation_id"] is None


@pytest.fixture(scope="session")
def reachable(recommender: Recommender) -> str:
    """A customer with a history who consents to messages."""
    wanted = (recommender.profiles.consent & Purpose.MESSAGING > 0) & recommender.profiles.personal
    return recommender.customers.id(int((wanted & (np.diff(recommender.history.offsets) > 3)).nonzero()[0][0]))


def test_nobody_is_written_to_without_consent(client: httpx.Client, reachable: str) -> None:
    """As said to the shop a moment ago."""
    assert render(client, customer_id=reachable)["body"]
    for given, status in ((False, 403), (True, 200)):
        client.put(f"/v1/customers/{reachable}/consent", json={"messaging": given}).raise_for_status()
        asked = {"template": "welcome", "customer_id": reachable, "channel": "email", "values": {"code": ""}}
        assert client.post(RENDER, json=asked).status_code == status


def test_the_erased_have_no_name_at_once(client: httpx.Client) -> None:
    call(client, "gone", "Ann")
    assert named(client, "gone") == "Ann"
    client.delete("/v1/customers/gone").raise_for_status()
    assert named(client, "gone") is None
    asked = {"template": "welcome", "customer_id": "gone", "channel": "email"}
    assert client.post(RENDER, json=asked).status_code == 403
    assert client.put("/v1/customers/gone/name", json={"name": "Ann"}).status_code >= 400


def test_a_message_with_a_list_of_now(client: httpx.Client, reachable: str) -> None:
    known = reachable
    message = render(client, customer_id=known, language="de-AT", recommendation={"n": 3})
    shown = client.post("/v1/recommendations", json={"customer_id": known, "n": 3, "channel": "email"}).json()["items"]
    assert [item["product_id"] in message["body"] for item in shown] == [True] * 3
    assert message["body"].count("[") == 3
    assert message["recommendation_id"]
    assert (message["language"], message["file"]) == ("de", "welcome/email.de.html")
    assert "Hallo Sie da" in message["body"]


def test_plain_texts_are_not_escaped(client: httpx.Client, products: list[str]) -> None:
    message = render(client, channel="sms", items=products[:1])
    assert (message["body"], message["media"], message["subject"]) == ("1 & A<B", "text/plain", None)


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"template": "welcom"}, 404, "unknown_template", "template"),
        ({"template": "../welcome"}, 404, "unknown_template", "template"),
        ({"channel": "push"}, 404, "unknown_template", "channel"),
        ({"channel": "sms"}, 422, "template_failed", "template"),
        ({"language": "../x"}, 422, "invalid_value", "language"),
        ({"customer_id": 5}, 422, "wrong_type", "customer_id"),
        ({"items": ["a"], "recommendation": {"n": 1}}, 422, "invalid_value", None),
        ({"items": ["a"] * 51}, 422, "invalid_value", "items"),
        ({"recommendation": {"n": 51}}, 422, "invalid_value", "recommendation.n"),
        ({"values": {"a": "x" * 1_001}}, 422, "invalid_value", None),
        ({"more": 1}, 422, "unknown_field", "more"),
    ],
)
def test_broken_requests(client: httpx.Client, body: dict[str, Any], status: int, code: str, field: str | None) -> None:
    asked = {"template": "welcome", "customer_id": "c", "channel": "email", "values": {"code": ""}, **body}
    answer = client.post(RENDER, json=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert field is None or answer.json()["error"]["field"] == field


def test_without_a_secret_names_are_not_kept(address: str) -> None:
    answer = httpx.put(f"{address}/v1/customers/c1/name", json={"name": "Ann"}, timeout=PATIENCE)
    check(answer, 503, "no_secret", None)
    assert VARIABLE in answer.json()["error"]["message"]


def test_without_templates_there_are_none(address: str) -> None:
    asked = {"template": "welcome", "customer_id": "c", "channel": "email"}
    check(httpx.post(f"{address}{RENDER}", json=asked, timeout=PATIENCE), 404, "unknown_template", "template")
