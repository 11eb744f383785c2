"""Interests in the live store, of either kind of database."""

import pytest

from features.consent import audit
from features.interests.book import Book, everything, tellers, told
from features.interests.told import NOTHING, Declared, Told
from features.store.livestore import LiveStore
from features.store.reader import Reader
from tests.features.store.places import events


@pytest.fixture
def book(store: LiveStore) -> Book:
    return Book(store.backend)


def test_what_is_written_is_read(book: Book, reader: Reader) -> None:
    assert told(reader, "ann") == NOTHING
    assert book.declare("ann", ["Mugs", "ŞİŞE"], 5) == told(reader, "ann")
    assert told(reader, "ann").declared == (Declared("Mugs", 5), Declared("ŞİŞE", 5))
    book.remove("ann", "Mugs")
    assert told(reader, "ann") == Told((Declared("ŞİŞE", 5),), ("Mugs",))
    assert told(reader, "Ann") == NOTHING


def test_who_changed_it_is_audited(store: LiveStore, book: Book) -> None:
    book.declare("ann", ["Mugs"], 5, actor="shop")
    book.remove("ann", "Mugs", actor="desk")
    book.remove("ann", "Pots")  # by nobody who could be named
    found = audit.read(store.backend, customer_id="ann")
    assert [one[1:3] + one[4:] for one in found] == [
        ("desk", "interests", "removed"),
        ("shop", "interests", "declared"),
    ]
    assert "ann" not in repr(found)
    assert "Mugs" not in repr(found)


def test_one_customer_under_two_ids(book: Book, reader: Reader) -> None:
    """The later declaration counts, and every removal but of what was declared since."""
    book.remove("ann", "Pots")
    book.declare("ann", ["Mugs", "Toys"], 5)
    book.remove("b", "Toys")
    assert told(reader, "ann", "b") == told(reader, "b", "ann") == Told((Declared("Mugs", 5),), ("Pots", "Toys"))
    book.declare("b", ["Pots"], 9)
    assert told(reader, "ann", "b") == Told((Declared("Pots", 9),), ("Toys",))


def test_every_change_has_a_higher_number(book: Book, reader: Reader) -> None:
    seen = 0
    for number in range(4):
        book.declare("ann" if number % 2 else "bob", ["Mugs"], number)
        reader.last()
        assert reader.told > seen
        assert list(tellers(reader, seen).values()) == [reader.told]
        seen = reader.told
    assert {*tellers(reader)} == {"ann", "bob"}


def test_events_and_interests_have_numbers_of_their_own(store: LiveStore, book: Book, reader: Reader) -> None:
    store.append(events(1, 2, 3))
    book.remove("ann", "Mugs")
    assert (reader.last(), reader.told) == (3, 1)


def test_a_number_is_never_given_twice(book: Book, reader: Reader) -> None:
    book.declare("ann", ["Mugs"], 1)
    reader.last()
    before = reader.told
    book.forget("ann")
    assert told(reader, "ann") == NOTHING
    book.declare("bob", ["Mugs"], 1)
    assert tellers(reader, before) == {"bob": before + 1}


def test_all_at_once(book: Book, reader: Reader) -> None:
    said = {f"c{number}": book.declare(f"c{number}", [str(number)], number) for number in range(30)}
    assert everything(reader) == said
