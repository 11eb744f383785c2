"""Attributes of a customer: who says what, and whose word counts."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from features.errors import ConfigError
from features.identity.keys import VARIABLE
from features.names.book import NameBook
from features.settings import Settings
from features.store.config import StoreConfig
from features.store.judge import Judge
from features.store.livestore import LiveStore
from features.tables.config import TablesConfig
from serving.champion import Champion
from serving.clock import Clock, shown_time
from serving.config import ServingConfig
from serving.desk import Desk
from serving.keeper import Keeper
from serving.record.attributes import attributes
from serving.record.config import RecordConfig
from serving.record.subject import Subject


@dataclass
class Shop:
    """A workspace with a store."""

    folder: Path
    store: LiveStore
    now: int

    def identify(self, customer: str, ago: int, **properties: Any) -> None:
        event = {
            "event_type": "identify",
            "customer_id": customer,
            "timestamp": self.now - ago,
            "properties": properties,
        }
        judged = Judge(TablesConfig()).judge_all([event], self.now)
        assert judged.rejected == []
        self.store.append(judged.events)

    def told(self, customer: str, **record: Any) -> dict[str, tuple[str, str, str]]:
        """Value, source and time of each attribute, under some settings."""
        keeper = Keeper(self.folder, Settings({"exposures": {"enabled": False}, "record": record}))
        desk = Desk.open(Champion.load(self.folder), keeper, config=ServingConfig(), clock=Clock(fixed=self.now))
        try:
            keeper.look()
            found = attributes(Subject.of(desk, customer))
        finally:
            keeper.close()
        return {one["name"]: (one["value"], one["source"], one["as_of"]) for one in found}


@pytest.fixture
def shop(workspace: Path, as_of: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.delenv("ESNAF_STORE", raising=False)
    monkeypatch.setenv(VARIABLE, "a secret of the tests " * 2)
    shutil.copytree(workspace / "bundles", tmp_path / "bundles")
    shutil.copy(workspace / "champion.json", tmp_path)
    store = LiveStore.open(tmp_path, StoreConfig())
    yield Shop(tmp_path, store, as_of)
    store.close()


def test_the_latest_word_counts_unless_another_source_is_trusted(shop: Shop, known: str) -> None:
    before = shop.told(known)
    country, source, held = before["country"]
    assert source == "customers table"
    shop.identify(known, 60, country="Atlantis", plan="gold")
    shop.identify(known, 30, traits={"plan": "silver", "pets": 2, "likes": ["cats"]})
    shop.identify(known, 90, plan="bronze")
    found = shop.told(known)
    assert found["country"] == ("Atlantis", "identify event", shown_time(shop.now - 60))
    assert found["plan"] == ("silver", "identify event", shown_time(shop.now - 30))
    assert found["pets"][0] == "2"
    assert "likes" not in found
    trusted = shop.told(known, trusted=["table"])
    assert trusted["country"] == (country, "customers table", held)
    assert trusted["plan"] == found["plan"]


def test_what_describes_a_person_is_masked(shop: Shop, known: str) -> None:
    shop.identify(known, 60, name="Ann Harbourmaster", address="12 Long Acre Street", email="ann@example.org")
    found = shop.told(known)
    assert found["name"][:2] == ("An***r", "identify event")
    assert found["address"][0] == "12***t"
    assert "email" not in found
    assert shop.store.book.keys is not None
    NameBook(shop.store.backend, shop.store.book.keys).say(known, "Bea Quartermaster", shop.now - 90)
    assert shop.told(known)["name"] == ("Be***r", "said to the shop", shown_time(shop.now - 90))
    assert shop.told(known, trusted=[])["name"][0] == "An***r"
    assert not any("master" in value for value, _, _ in shop.told(known).values())


def test_consent_is_no_attribute(shop: Shop, known: str) -> None:
    shop.identify(known, 60, consent={"messaging": True}, Consent="yes", traits={"colour": "red"})
    assert {"consent", "Consent", "traits"} & shop.told(known).keys() == set()
    assert shop.told(known)["colour"][0] == "red"


def test_of_somebody_whom_the_model_does_not_know(shop: Shop) -> None:
    shop.identify("brand-new", 5, plan="gold")
    assert shop.told("brand-new") == {"plan": ("gold", "identify event", shown_time(shop.now - 5))}


@pytest.mark.parametrize(("wrong", "told"), [(["said", "said"], "there twice"), (["rumours"], "none of")])
def test_settings_that_make_no_sense_are_named(wrong: list[str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        Settings({"record": {"trusted": wrong}}).section("record", RecordConfig)
