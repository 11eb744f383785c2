"""Who withdraws consent or is to be forgotten: the store's events of them count no more, and no ledger keeps them."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from features.settings import Settings
from features.store.importing import import_files
from features.store.training_view import stored_events
from features.tables import Shop, TablesConfig, load
from tests.features.store.places import NOW, Place
from tests.features.tables.test_ledger import assert_equal

HEAD = "customer_id,anonymous_id,product_id,timestamp"
ROWS = [f"cust{n},,p{n},2023-11-0{1 + n}" for n in range(4)]
VISITS = [",tablet,p1,2023-11-02", ",tablet,p2,2023-11-03"]
GRANTED, NOTHING = '"[""personalisation""]"', "[]"


@dataclass(frozen=True)
class Reading:
    """All events in the store, what is known of customers in files."""

    place: Place
    toml: str = ""

    def store(self, rows: Iterable[str]) -> None:
        with self.place.open() as store:
            file = self.file("import.csv", HEAD, *rows)
            assert not import_files([file], store, TablesConfig()).rejected

    def file(self, name: str, *lines: str) -> Path:
        path = self.place.workspace / name
        path.write_text("\n".join([*lines, ""]))
        return path

    def taken(self) -> Shop:
        """Read with a ledger; the shop is the same as without."""
        settings = Settings.parse(f'{self.toml}\n[store]\nurl = "{self.place.config.url}"\n')
        config, data, ledger = TablesConfig.of(settings), self.place.workspace, self.place.workspace / "ledger"
        with stored_events(data, settings) as live:
            whole = load(data, config, now=NOW, live=live)
            shop = load(data, config, now=NOW, live=live, ledger=ledger, anew=False)
        assert shop.taken is not None
        shop.taken.commit()
        assert_equal(shop, whole)
        return shop

    def kept(self, text: str) -> bool:
        """Whether the ledger has a text somewhere."""
        return any(text.encode() in path.read_bytes() for path in (self.place.workspace / "ledger").iterdir())


@pytest.fixture
def reading(place: Place) -> Reading:
    return Reading(place)


def events_of(shop: Shop, customer: str) -> int:
    ids = shop.log.customers.ids()
    return int(np.diff(shop.log.offsets)[ids.index(customer)]) if customer in ids else 0


def test_who_does_not_consent_any_more_is_gone_and_may_come_back(reading: Reading) -> None:
    def shop(consent: str) -> Shop:
        reading.file("customers.csv", "customer_id,consent", f"cust1,{consent}")
        return reading.taken()

    reading.store(["cust0,,p1,2023-11-01", *ROWS])  # products that others bought before keep their numbers
    assert events_of(shop(GRANTED), "cust1") == 1
    without = shop(NOTHING)
    assert (without.report.no_consent, events_of(without, "cust1")) == (1, 0)
    assert not reading.kept("cust1")
    reading.store(["cust1,,p3,2023-11-09"])
    assert events_of(shop(NOTHING), "cust1") == 0
    assert events_of(shop(GRANTED), "cust1") == 2


def test_who_is_erased_is_gone_from_the_ledger_too(reading: Reading) -> None:
    reading.store(ROWS)
    assert events_of(reading.taken(), "cust3") == 1
    reading.file("erased.txt", "cust3")
    shop = Reading(reading.place, '[tables]\nerased = "erased.txt"').taken()
    assert (shop.report.erased, events_of(shop, "cust3")) == (1, 0)
    assert not reading.kept("cust3")


@pytest.mark.parametrize("toml", ["", '[tables]\nerased = "erased.txt"'], ids=["known", "erased"])
def test_a_visitor_who_turns_out_to_be_somebody(reading: Reading, toml: str, caplog: pytest.LogCaptureFixture) -> None:
    reading, forgotten = Reading(reading.place, toml), bool(toml)
    reading.store([*ROWS, *VISITS])
    reading.file("erased.txt", "ann")
    assert events_of(reading.taken(), "anon:tablet") == 2
    reading.file("identities.csv", "customer_id,kind,value", "ann,anonymous_id,tablet")
    with caplog.at_level(logging.WARNING, logger="esnaf"):
        shop = reading.taken()
    assert (events_of(shop, "anon:tablet"), events_of(shop, "ann")) == (0, 0 if forgotten else 2)
    assert "ledger.outdated" not in caplog.text
    assert reading.kept("tablet") != forgotten


def test_a_device_that_several_turn_out_to_use_is_nobodys_again(reading: Reading) -> None:
    reading.store([*ROWS, *VISITS])
    reading.file("identities.csv", "customer_id,kind,value", "ann,anonymous_id,tablet")
    assert events_of(reading.taken(), "ann") == 2
    reading.file("identities.csv", "customer_id,kind,value", "ann,anonymous_id,tablet", "bob,anonymous_id,tablet")
    assert events_of(reading.taken(), "anon:tablet") == 2
