"""Lists on their way out: the same as ever without exploration, and written down for those who consent."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.consent.purposes import ALL
from features.errors import ConfigError
from features.exposures.exposure import Exposure
from features.settings import Settings
from serving.bodies import ListRequest
from serving.champion import Champion
from serving.clock import Clock
from serving.config import ServingConfig
from serving.desk import Desk
from serving.keeper import Keeper
from training import pointer
from training.query import Query
from training.recommender import Recommender

SOFTMAX = "[exploration]\nmethod = 'softmax'\ntemperature = 5.0\n"


@pytest.fixture
def champion(recommender: Recommender) -> Champion:
    return Champion("3", recommender, "identity")


def desk(champion: Champion, as_of: int, text: str = "") -> Desk:
    keeper = Keeper(Path(), Settings.parse(text))
    return Desk.open(champion, keeper, config=ServingConfig(), clock=Clock(fixed=as_of))


def asked(desk: Desk, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(desk.answers.one(ListRequest(**values)))
    return answer


def waiting(desk: Desk) -> list[Exposure]:
    return [exposure for exposure, _ in desk.recorder._queue]


def test_without_exploration_a_list_is_the_recommenders(
    champion: Champion, as_of: int, customers: list[str], recommender: Recommender
) -> None:
    plain = desk(champion, as_of)
    for customer in customers[:5]:
        (wanted,) = recommender.recommend([Query(customer_id=customer)], 10, time=as_of)
        for _ in range(2):
            items = asked(plain, customer_id=customer)["items"]
            assert [(one["product_id"], one["score"], one["rank"]) for one in items] == [
                (item.product_id, item.score, item.rank) for item in wanted.items
            ]
    assert all(one.places is None and one.propensities is None for one in waiting(plain))


def test_what_is_hardly_ever_drawn_is_the_same_text(champion: Champion, as_of: int, customers: list[str]) -> None:
    plain, exploring = desk(champion, as_of), desk(champion, as_of, "[exploration]\nmethod='epsilon'\nepsilon=1e-9\n")
    for values in ({"customer_id": customers[0]}, {"customer_id": "stranger"}, {"customer_id": customers[1], "n": 30}):
        one, other = asked(plain, **values), asked(exploring, **values)
        assert one["items"] == other["items"]
        assert one["fallback"] == other["fallback"]


def test_answers_are_drawn_and_written_as_they_are_sent(champion: Champion, as_of: int, customers: list[str]) -> None:
    exploring = desk(champion, as_of, SOFTMAX)
    answers = [asked(exploring, customer_id=customers[0], n=4, channel="app") for _ in range(30)]
    lists = {tuple(item["product_id"] for item in answer["items"]) for answer in answers}
    assert len(lists) > 10
    assert [one.recommendation_id for one in waiting(exploring)] == [one["recommendation_id"] for one in answers]
    assert {one.list_id for one in waiting(exploring)} == {waiting(exploring)[0].list_id}
    assert {(one.customer_id, one.channel) for one in waiting(exploring)} == {(customers[0], "app")}
    assert all(answer["fallback"] is None for answer in answers)


def test_a_seed_makes_draws_again(champion: Champion, as_of: int, customers: list[str]) -> None:
    def drawn(text: str) -> list[Any]:
        one = desk(champion, as_of, text)
        return [asked(one, customer_id=customers[0])["items"] for _ in range(5)]

    assert drawn(f"{SOFTMAX}seed = 4") == drawn(f"{SOFTMAX}seed = 4")
    assert drawn(SOFTMAX) != drawn(SOFTMAX)


def test_who_does_not_consent_is_not_named(champion: Champion, as_of: int, customers: list[str]) -> None:
    profiles = champion.recommender.profiles
    refused = replace(profiles, consent=np.where(np.arange(len(customers)) == 0, 0, ALL).astype(np.uint8))
    plain = desk(replace(champion, recommender=replace(champion.recommender, profiles=refused)), as_of)
    for who in ({"customer_id": customers[0]}, {"customer_id": customers[1]}, {"anonymous_id": "tab"}):
        asked(plain, **who)
    assert [one.customer_id for one in waiting(plain)] == [None, customers[1], "anon:tab"]
    strict = desk(champion, as_of, "[consent]\ndefault = 'denied'")
    for who in ({"customer_id": customers[1]}, {"customer_id": "stranger"}, {"anonymous_id": "tab"}):
        asked(strict, **who)
    assert [one.customer_id for one in waiting(strict)] == [customers[1], None, None]


def test_nothing_is_drawn_without_being_written(champion: Champion, as_of: int) -> None:
    with pytest.raises(ConfigError, match=r"what is drawn must be written down; set \[exposures\] enabled = true"):
        desk(champion, as_of, f"{SOFTMAX}[exposures]\nenabled = false")
    off = desk(champion, as_of, "[exposures]\nenabled = false")
    assert asked(off, customer_id="anybody")["items"]
    assert waiting(off) == []


def test_the_id_begins_with_the_time(champion: Champion, as_of: int, workspace: Path) -> None:
    assert pointer.find(workspace).version == champion.version
    assert int(asked(desk(champion, as_of), customer_id="anybody")["recommendation_id"][:10], 16) == as_of
