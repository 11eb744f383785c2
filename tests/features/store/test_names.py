"""Names in the live store: sealed, and the better word counts."""

import json

import pytest
from sqlalchemy import insert, select

from features.consent import audit
from features.consent.erasing import erase
from features.identity.keys import Keys
from features.identity.schema import TRAITS
from features.names.book import NameBook, name_of
from features.store.livestore import LiveStore
from features.store.reader import Reader
from tests.features.store.places import Place

KEYS = Keys.from_environment({"ESNAF_SECRET": "a secret of more than thirty-two characters"})
OTHER = Keys.from_environment({"ESNAF_SECRET": "another one of more than thirty-two characters"})


@pytest.fixture
def book(store: LiveStore) -> NameBook:
    return NameBook(store.backend, KEYS)


def test_what_was_said_comes_before_the_table(book: NameBook, reader: Reader) -> None:
    assert name_of(reader, KEYS, "c1") is None
    assert book.fill([("c1", "Ann Table"), ("c2", "Bob")], 10) == 2
    assert name_of(reader, KEYS, "c1") == "Ann Table"
    book.say("c1", "Ann Said", 5)
    assert name_of(reader, KEYS, "c1") == "Ann Said"
    book.say("c1", None, 6)
    assert name_of(reader, KEYS, "c1") == "Ann Table"


def test_a_table_takes_the_place_of_the_one_before(book: NameBook, reader: Reader) -> None:
    book.fill([(f"c{i}", f"Name {i}") for i in range(1_203)], 10)
    book.say("c7", "Seven", 11)
    book.fill([("c1", "Ann")], 20)
    assert [name_of(reader, KEYS, id) for id in ("c1", "c2", "c7")] == ["Ann", None, "Seven"]


def test_who_said_it_is_audited(store: LiveStore, book: NameBook) -> None:
    book.say("c1", "Ann Said", 5, actor="shop")
    book.say("c1", None, 6, actor="shop")
    found = audit.read(store.backend, customer_id="c1")
    assert [(one.actor, one.action, one.result) for one in found] == [
        ("shop", "name", "removed"),
        ("shop", "name", "changed"),
    ]
    assert "Ann" not in repr(found)


def test_no_table_brings_back_who_was_erased(book: NameBook, store: LiveStore, place: Place, reader: Reader) -> None:
    book.fill([("c1", "Ann")], 5)
    erase(store, place.workspace, place.config, "c1", actor="tests")
    assert book.fill([("c1", "Ann"), ("c2", "Bob")], 10) == 1
    assert [name_of(reader, KEYS, id) for id in ("c1", "c2")] == [None, "Bob"]
    assert book.fill([("c1", "Ann")], 20) == 0


def test_no_name_stands_in_clear(book: NameBook, store: LiveStore) -> None:
    book.fill([("c1", "Annabella")], 10)
    with store.backend.reading() as connection:
        rows = connection.execute(select(TRAITS)).all()
    assert rows
    assert "Annabella" not in repr(rows)


def test_names_of_events_are_put_together(store: LiveStore, reader: Reader) -> None:
    """As identify events leave them."""
    rows = [
        {
            "id": "c1",
            "name": name,
            "source": "event",
            "time": 5,
            "sealed": KEYS.seal(json.dumps(value).encode(), f"c1\0{name}".encode()),
        }
        for name, value in {"first_name": "Ann", "last_name": "Miller", "address": "4 Mill Lane"}.items()
    ]
    with store.backend.writing() as connection:
        connection.execute(insert(TRAITS), rows)
    assert name_of(reader, KEYS, "c1") == "Ann Miller"


def test_under_another_secret_there_is_no_name(book: NameBook, reader: Reader) -> None:
    book.say("c1", "Ann", 5)
    assert name_of(reader, OTHER, "c1") is None


def test_a_seal_cannot_change_places(book: NameBook, store: LiveStore, reader: Reader) -> None:
    book.say("c1", "Ann", 5)
    with store.backend.writing() as connection:
        connection.execute(TRAITS.update().values(id="c2"))
    assert name_of(reader, KEYS, "c2") is None


def test_everything_of_a_customer_is_forgotten(book: NameBook, reader: Reader) -> None:
    book.fill([("c1", "Ann"), ("c2", "Bob")], 1)
    book.say("c1", "Anna", 2)
    book.forget("c1")
    assert (name_of(reader, KEYS, "c1"), name_of(reader, KEYS, "c2")) == (None, "Bob")
