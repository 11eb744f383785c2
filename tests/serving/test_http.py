"""Every call of the interface, asked over HTTP of the real service."""

import re
from pathlib import Path

import httpx
import pytest

from serving.bodies import BatchAnswer, ListAnswer, ModelAnswer, SimilarAnswer
from serving.openapi import document
from training.recommender import Recommender

pytestmark = pytest.mark.service


def asked(client: httpx.Client, **body: object) -> ListAnswer:
    answer = client.post("/v1/recommendations", json=body)
    assert answer.status_code == 200, answer.text
    return ListAnswer.model_validate_json(answer.content)


def named(answer: ListAnswer) -> list[str]:
    return [item.product_id for item in answer.items]


def test_a_list_is_as_long_as_asked_and_best_first(client: httpx.Client, known: str) -> None:
    answer = asked(client, customer_id=known, n=7)
    assert [item.rank for item in answer.items] == list(range(1, 8))
    assert len(set(named(answer))) == 7
    assert [item.score for item in answer.items] == sorted((item.score for item in answer.items), reverse=True)
    assert answer.customer.customer_id == known
    assert answer.customer.name is None
    assert {item.reason for item in answer.items} == {None}
    assert answer.took_ms >= 0


def test_ten_are_given_to_whom_says_nothing(client: httpx.Client, known: str) -> None:
    assert len(asked(client, customer_id=known).items) == 10


def test_each_answer_has_an_id_of_its_own(client: httpx.Client, known: str) -> None:
    ids = [asked(client, customer_id=known).recommendation_id for _ in range(5)]
    assert len(set(ids)) == 5
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids)


def test_get_post_and_batch_give_the_same_list(client: httpx.Client, customers: list[str]) -> None:
    chosen = customers[:20]
    single = [asked(client, customer_id=customer, n=12) for customer in chosen]
    got = [ListAnswer.model_validate_json(client.get(f"/v1/recommendations/{c}?n=12").content) for c in chosen]
    requests = [{"customer_id": customer, "n": 12} for customer in chosen]
    answer = client.post("/v1/recommendations/batch", json={"requests": requests})
    batch = BatchAnswer.model_validate_json(answer.content).answers
    assert [one.customer for one in batch] == [one.customer for one in single]
    for one, two, three in zip(single, got, batch, strict=True):
        assert one.items == two.items == three.items
        assert one.fallback == two.fallback == three.fallback
        assert len({one.recommendation_id, two.recommendation_id, three.recommendation_id}) == 3


def test_the_service_gives_what_its_bundle_gives(
    client: httpx.Client, recommender: Recommender, customers: list[str], as_of: int
) -> None:
    from training.query import Query

    chosen = customers[-20:]
    lists = recommender.recommend([Query(customer_id=customer) for customer in chosen], 15, time=as_of)
    for customer, expected in zip(chosen, lists, strict=True):
        answer = asked(client, customer_id=customer, n=15)
        assert [(item.product_id, item.score, item.source) for item in answer.items] == [
            (item.product_id, item.score, item.source) for item in expected.items
        ]


def test_a_batch_may_mix_lengths_and_rules(client: httpx.Client, known: str) -> None:
    requests = [
        {"customer_id": known, "n": 3},
        {"customer_id": known, "n": 5, "filters": {"exclude_purchased": True}},
        {"anonymous_id": "device-1", "n": 3},
    ]
    answers = client.post("/v1/recommendations/batch", json={"requests": requests}).json()["answers"]
    assert [len(answer["items"]) for answer in answers] == [3, 5, 3]
    assert [answer["customer"]["customer_id"] for answer in answers] == [known, known, None]


def test_a_stranger_gets_a_full_list_that_says_what_filled_it(client: httpx.Client) -> None:
    answer = asked(client, customer_id="nobody-knows-me", n=8)
    assert len(answer.items) == 8
    assert answer.fallback
    assert sum(part.count for part in answer.fallback) <= 8


def test_what_a_stranger_likes_can_change_the_list(client: httpx.Client, recommender: Recommender) -> None:
    plain = {"anonymous_id": "device-1", "n": 20}
    liking = [{**plain, "context": {"interests": [name]}} for name in recommender.catalogue.category_names]
    requests = [plain, {**plain, "anonymous_id": "device-2"}, *liking]
    answer = client.post("/v1/recommendations/batch", json={"requests": requests})
    first, second, *others = BatchAnswer.model_validate_json(answer.content).answers
    assert first.items == second.items
    assert any(other.items != first.items for other in others)


def test_what_is_in_the_basket_or_on_the_page_is_not_recommended(client: httpx.Client, known: str) -> None:
    first, second, *rest = named(asked(client, customer_id=known))
    context = {"cart": [first, "never-heard-of-it"], "product_id": second}
    there = named(asked(client, customer_id=known, context=context))
    assert len(there) == 10
    assert not {first, second} & set(there)
    assert set(rest) & set(there)


def test_filters_hold(client: httpx.Client, recommender: Recommender, known: str) -> None:
    plain = named(asked(client, customer_id=known, n=20))
    without = named(asked(client, customer_id=known, n=20, filters={"exclude_products": plain[:5]}))
    assert not set(plain[:5]) & set(without)
    cheap = named(asked(client, customer_id=known, n=5, filters={"price_max": 20.0}))
    prices = recommender.catalogue.price[recommender.products.indices(cheap)]
    assert 0 < len(cheap) <= 5
    assert (prices <= 20.0).all()


def test_reasons_come_when_they_are_asked_for(client: httpx.Client, known: str) -> None:
    plain = asked(client, customer_id=known, n=5)
    explained = asked(client, customer_id=known, n=5, explain=True)
    assert named(explained) == named(plain)
    assert all(item.reason for item in explained.items)
    over_get = ListAnswer.model_validate_json(client.get(f"/v1/recommendations/{known}?n=5&explain=true").content)
    assert over_get.items == explained.items


def test_ids_may_hold_any_text(client: httpx.Client) -> None:
    answer = client.get("/v1/recommendations/Çiğdem%2F12%20%3F")
    assert answer.status_code == 200
    assert answer.json()["customer"]["customer_id"] == "Çiğdem/12 ?"


def test_neighbours_of_a_product(client: httpx.Client, recommender: Recommender) -> None:
    product = recommender.products.id(0)
    answer = SimilarAnswer.model_validate_json(client.get(f"/v1/products/{product}/similar?n=4").content)
    expected = recommender.similar(product, 4)
    assert [item.product_id for item in answer.items] == [item.product_id for item in expected]
    assert product not in [item.product_id for item in answer.items]


def test_the_model_is_described(client: httpx.Client, recommender: Recommender) -> None:
    model = ModelAnswer.model_validate_json(client.get("/v1/model").content)
    assert (model.customers, model.products) == (len(recommender.customers), len(recommender.products))
    assert model.data_from < model.data_until < model.as_of
    assert asked(client, customer_id="x").model_version == model.model_version


def test_life_and_readiness(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert ready["status"] == "ready"
    assert ready["model_version"] == client.get("/v1/model").json()["model_version"]


def test_without_an_event_nothing_of_a_live_store_is_made(client: httpx.Client, workspace: Path, known: str) -> None:
    asked(client, customer_id=known)
    assert client.post("/v1/events", json={"customer_id": known}).json()["accepted"] == 0  # it lacks a product
    assert client.get("/readyz").json()["store"] == "none"
    assert "esnaf_store" not in client.get("/metrics").text
    assert not list(workspace.glob("store.db*"))


def count(client: httpx.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if re.match(rf"{name}[ {{]", line))


def test_all_customers_of_whom_nothing_is_known_share_one_list(client: httpx.Client) -> None:
    before = count(client, "esnaf_list_cache_misses_total")
    answers = [asked(client, customer_id=f"unheard-of-{number}", n=7) for number in range(6)]
    assert count(client, "esnaf_list_cache_misses_total") - before <= 2  # once a worker
    assert [answer.customer.customer_id for answer in answers] == [f"unheard-of-{number}" for number in range(6)]
    assert len({tuple(named(answer)) for answer in answers}) == 1
    assert len({answer.recommendation_id for answer in answers}) == 6


def test_what_was_answered_is_counted(client: httpx.Client) -> None:
    before = count(client, "esnaf_list_cache_misses_total"), count(client, "esnaf_list_cache_hits_total")
    filled = count(client, "esnaf_fallback_products_total")
    for _ in range(3):
        asked(client, customer_id="counted-once", n=6)
    after = count(client, "esnaf_list_cache_misses_total"), count(client, "esnaf_list_cache_hits_total")
    made, ready = after[0] - before[0], after[1] - before[1]
    assert made + ready == 3
    assert 1 <= made <= 2  # once a worker
    assert count(client, "esnaf_fallback_products_total") == filled + 3 * 6
    assert count(client, "esnaf_model_age_seconds") >= 0
    assert 'esnaf_request_seconds_bucket{le="0.001",path="/v1/recommendations"}' in client.get("/metrics").text


def test_the_interface_describes_itself(client: httpx.Client) -> None:
    assert client.get("/openapi.json").json() == document()


@pytest.mark.parametrize("path", document()["paths"])
def test_every_path_of_the_document_is_there(client: httpx.Client, path: str) -> None:
    filled = path.replace("{customer_id}", "ada").replace("{product_id}", "mug")
    assert client.request("OPTIONS", filled).status_code == 405
