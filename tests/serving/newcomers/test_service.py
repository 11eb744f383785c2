"""The real service: a product that came up after the model was made is in live lists from its first event."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from features.kinds import Kind
from serving.clock import shown_time
from tests.serving.patient import PATIENCE, running_service
from training import pointer
from training.recommender import Recommender

pytestmark = pytest.mark.service

CONNECTIONS = 6  # each is somebody's: the two workers share them
RULES = """
[[policy.exclude]]
name = "no-such-thing"
brands = ["Nasty"]
"""


@pytest.fixture(scope="module")
def address(workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service of two workers with a rule."""
    folder = tmp_path_factory.mktemp("new")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    (folder / "esnaf.toml").write_text(RULES)
    options = ["--as-of", shown_time(as_of), "--workers", "2"]
    with running_service(folder, *options, log=folder / "service.log") as where:
        yield where


@pytest.fixture
def clients(address: str) -> Iterator[list[httpx.Client]]:
    several = [httpx.Client(base_url=address, timeout=PATIENCE) for _ in range(CONNECTIONS)]
    yield several
    for client in several:
        client.close()


@pytest.fixture(scope="module")
def kin(recommender: Recommender) -> tuple[str, str]:
    """The best seller of the shop, and its category."""
    best = int(recommender.shelf.order[0])
    return recommender.products.id(best), recommender.catalogue.category_names[recommender.catalogue.category[best]]


def send(client: httpx.Client, **event: Any) -> None:
    answer = client.post("/v1/events", json=event)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)


def items(client: httpx.Client, **who: Any) -> list[dict[str, Any]]:
    answer = client.post("/v1/recommendations", json=who).raise_for_status().json()
    listed: list[dict[str, Any]] = answer["items"]
    assert [item["rank"] for item in listed] == [*range(1, len(listed) + 1)]
    assert [item["score"] for item in listed] == sorted((item["score"] for item in listed), reverse=True)
    return listed


def named(listed: Sequence[dict[str, Any]]) -> list[str]:
    return [item["product_id"] for item in listed]


def test_who_looked_at_it_sees_it_again_from_every_worker(clients: list[httpx.Client], customers: list[str]) -> None:
    for number, customer in enumerate(customers[:10]):
        new = f"new-{number}"
        asked = {"customer_id": customer}
        assert new not in named(items(clients[0], **asked))
        send(clients[number % CONNECTIONS], **asked, product_id=new, event_type="view", name="A new thing")
        for client in clients:
            first = items(client, **asked)[0]
            assert (first["product_id"], first["source"]) == (new, "new")


def test_others_see_it_who_look_at_its_category(clients: list[httpx.Client], kin: tuple[str, str]) -> None:
    known, category = kin
    told = {"category": category.upper(), "brand": "Fresh"}
    send(clients[0], anonymous_id="finder", product_id="fresh-1", event_type="view", properties=told)
    send(clients[1], anonymous_id="other", product_id=known, event_type="view")
    for client in clients:
        listed = items(client, anonymous_id="other", n=10, explain=True)
        assert named(listed)[2] == "fresh-1"
        assert listed[2]["reason"].startswith("It is new here, and it is from ")
        assert named(listed).count("fresh-1") == 1
        assert len(listed) == 10
    assert "fresh-1" not in named(items(clients[0], anonymous_id="somebody-else"))


def test_it_goes_with_what_was_touched_in_the_same_visit(clients: list[httpx.Client], products: list[str]) -> None:
    """Nothing is told of it but who looked at it, and at what else."""
    other = products[7]
    send(clients[0], anonymous_id="pair", product_id="bare-1", event_type="view")
    send(clients[1], anonymous_id="pair", product_id=other, event_type="click")
    send(clients[2], anonymous_id="third", product_id=other, event_type="view")
    for client in clients:
        (found,) = [one for one in items(client, anonymous_id="third", explain=True) if one["source"] == "new"]
        assert found["product_id"] == "bare-1"
        assert "others looked at it together with" in found["reason"]


def test_what_is_in_the_cart_or_bought_is_not_shown(clients: list[httpx.Client]) -> None:
    asked = {"anonymous_id": "buyer"}
    send(clients[0], **asked, product_id="dear-1", event_type="view")
    assert named(items(clients[1], **asked))[0] == "dear-1"
    assert "dear-1" not in named(items(clients[2], **asked, context={"product_id": "dear-1"}))
    send(clients[0], **asked, product_id="dear-1", event_type="add_to_cart")
    assert "dear-1" not in named(items(clients[1], **asked))
    send(clients[0], **asked, product_id="dear-1", event_type="remove_from_cart")
    assert "dear-1" not in named(items(clients[2], **asked))
    send(clients[0], **asked, product_id="dear-1", event_type="purchase", unit_price=5)
    assert "dear-1" not in named(items(clients[3], **asked))


def test_filters_rules_and_the_shop_keep_it_out(clients: list[httpx.Client], kin: tuple[str, str]) -> None:
    asked = {"anonymous_id": "picky"}
    told = {"category": kin[1], "brand": "Fine", "price": 20}
    send(clients[0], **asked, product_id="fine-1", event_type="view", properties=told)
    assert "fine-1" in named(items(clients[1], **asked))
    for filters in (
        {"exclude_products": ["fine-1"]},
        {"brands": ["Other"]},
        {"price_max": 19},
        {"categories": ["Nowhere"]},
    ):
        assert "fine-1" not in named(items(clients[2], **asked, filters=filters)), filters
    for filters in ({"brands": ["fine"]}, {"price_min": 20}, {"categories": [kin[1].partition(" > ")[0]]}):
        assert "fine-1" in named(items(clients[2], **asked, filters=filters)), filters
    send(clients[0], **asked, product_id="nasty-1", event_type="view", properties={"brand": "Nasty"})
    assert "nasty-1" not in named(items(clients[3], **asked))
    send(clients[0], **asked, product_id="fine-1", event_type="view", properties={"available": False})
    assert "fine-1" not in named(items(clients[1], **asked))


def test_a_look_at_it_tells_what_is_looked_for(clients: list[httpx.Client], recommender: Recommender) -> None:
    """The best of its category that costs about as much comes up."""
    catalogue = recommender.catalogue
    code = int(np.bincount(catalogue.category[catalogue.category >= 0]).argmax())
    told = {"category": catalogue.category_names[code], "price": 1_000_000}
    send(clients[0], anonymous_id="seeker", product_id="cat-1", event_type="view", properties=told)
    first = named(items(clients[1], anonymous_id="seeker"))[:3]
    at = recommender.products.indices([name for name in first if name != "cat-1"])
    assert first[0] == "cat-1"
    assert code in catalogue.category[at].tolist()


def test_it_has_neighbours(clients: list[httpx.Client], kin: tuple[str, str]) -> None:
    assert clients[0].get("/v1/products/mug-1/similar").status_code == 404
    send(clients[0], anonymous_id="mugs", product_id="mug-1", event_type="view", properties={"category": kin[1]})
    answer = clients[1].get("/v1/products/mug-1/similar?n=5").raise_for_status().json()
    assert answer["product_id"] == "mug-1"
    assert [item["rank"] for item in answer["items"]] == [1, 2, 3, 4, 5]
    assert answer["items"][0]["source"] == "same_category"


def test_lists_are_not_taken_over(clients: list[httpx.Client], kin: tuple[str, str]) -> None:
    """However many ids somebody makes up, and looks at."""
    events = [
        {
            "anonymous_id": f"robot-{number % 7}",
            "product_id": f"fake-{number}",
            "event_type": Kind.VIEW.name.lower(),
            "properties": {"category": kin[1], "name": "spam" * 100},
        }
        for number in range(1_000)
    ]
    for _ in range(3):
        assert clients[0].post("/v1/events", json=events).status_code == 202
    send(clients[1], anonymous_id="victim", product_id=kin[0], event_type="view")
    for client in clients:
        for asked, most in (({"anonymous_id": "victim"}, 2), ({"anonymous_id": "robot-1", "n": 40}, 8)):
            listed = items(client, **asked)
            assert sum(item["source"] == "new" for item in listed) <= most
