"""Identify events: links, merges and persons in the store, in the transaction that writes the event."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from features.identity import book, component
from features.identity.book import Said
from features.identity.config import IdentityConfig, KindConfig
from features.identity.gathering import Gathering
from features.identity.keys import SHORTEST, VARIABLE, Keys
from features.identity.known import identifiers_of, traits_of
from features.identity.link import StoredLink
from features.identity.schema import LINKS, MERGES, PERSONS, TRAITS
from features.store.config import StoreConfig
from features.store.judge import Judge
from features.store.livestore import LiveStore
from features.store.reader import Reader
from features.tables.config import TablesConfig
from tests.features.store.places import NOW, Place

SECRET = "a secret of the tests " * 2
PERSON = {"email": "Ann.Lee@Example.com", "phone": "+44 7700 900123", "name": "Ann Lee", "plan": "gold"}


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)


def identify(store: LiveStore, *objects: dict[str, Any]) -> list[int]:
    raws = [{"event_type": "identify", "timestamp": NOW - 10, **one} for one in objects]
    judged = Judge(TablesConfig()).judge_all(raws, NOW)
    assert judged.rejected == []
    return store.append(judged.events)


def rows(store: LiveStore, table: Any) -> list[Any]:
    with store.backend.reading() as connection:
        return list(connection.execute(select(table)))


def test_a_login_makes_device_and_customer_one(store: LiveStore, reader: Reader) -> None:
    assert identify(store, {"customer_id": "ann", "anonymous_id": "web"}) == [1]
    assert reader.members() == {"anon:web": "ann"}
    assert (reader.last(), reader.persons) == (1, 1)
    (merge,) = rows(store, MERGES)
    assert (merge.change, merge.person, merge.member, merge.cause) == ("merge", "ann", "anon:web", "identify")


@pytest.mark.parametrize("text", ['say "consent"', '["consent"]', '{"consent', "[" * 8_000])
def test_properties_that_are_no_object_say_nothing(store: LiveStore, reader: Reader, text: str) -> None:
    assert identify(store, {"customer_id": "ann", "anonymous_id": "web", "properties": text}) == [1]
    assert reader.members() == {"anon:web": "ann"}
    assert reader.since(["ann"])[0].properties is None
    assert reader.rights == 0


def test_one_event_names_so_many_identifiers_and_no_more(store: LiveStore) -> None:
    """Written in many ways a name may come again and again, and each value is linked with each."""
    many = {"-" * at + "email": f"m{at}@example.com" for at in range(60)}
    identify(store, {"anonymous_id": "web", "properties": many})
    assert len(rows(store, LINKS)) == 16 * 15 / 2
    assert len(rows(store, PERSONS)) == 16


def test_the_same_login_again_changes_nothing(store: LiveStore, reader: Reader) -> None:
    for _ in range(2):
        identify(store, {"customer_id": "ann", "anonymous_id": "web"})
    assert (reader.last(), reader.persons) == (1, 1)
    assert len(rows(store, MERGES)) == len(rows(store, LINKS)) == 1


def test_two_accounts_with_one_email_are_one(store: LiveStore, reader: Reader) -> None:
    identify(store, {"customer_id": "ann", "properties": {"email": "ann@example.com"}})
    identify(store, {"customer_id": "a2", "properties": {"traits": {"Email": " ANN@example.com"}}})
    assert reader.members() == {"ann": "a2"} or reader.members() == {"a2": "ann"}


def test_a_second_customer_makes_a_device_shared(store: LiveStore, reader: Reader) -> None:
    identify(store, {"customer_id": "ann", "anonymous_id": "tab"}, {"customer_id": "bob", "anonymous_id": "tab"})
    assert reader.members() == {"anon:tab": "anon:tab"}
    assert [row.change for row in rows(store, MERGES)] == ["merge", "split"]


def test_blocked_values_link_nothing(store: LiveStore, reader: Reader) -> None:
    identify(store, {"customer_id": "ann", "anonymous_id": "0000", "properties": {"email": "none@example.com"}})
    identify(store, {"customer_id": "guest", "anonymous_id": "web"})
    assert reader.members() == {}
    assert rows(store, LINKS) == []


def test_nothing_personal_stands_in_clear(store: LiveStore, reader: Reader, place: Place) -> None:
    identify(store, {"customer_id": "c1", "anonymous_id": "web", "properties": PERSON})
    (event,) = reader.after(0)
    assert json.loads(event.properties or "") == {"plan": "gold"}
    kept = repr([rows(store, table) for table in (LINKS, MERGES, PERSONS, TRAITS)])
    file = place.workspace / "store.db"
    if file.exists():
        kept += "".join(path.read_bytes().decode("latin-1") for path in place.workspace.glob("store.db*"))
    for word in ("Ann", "Lee", "ann.lee", "xample", "7700", "900123"):
        assert word not in kept


def test_values_are_kept_once_and_open_with_the_secret(store: LiveStore) -> None:
    for customer in ("c1", "c2"):
        identify(store, {"customer_id": customer, "properties": {"email": "Ann@Example.com", "name": "Ann"}})
    keys = Keys.from_environment()
    (row,) = rows(store, PERSONS)
    assert row.node == "email:" + keys.hash("email", "ann@example.com")
    assert keys.open(row.sealed, row.node.encode()) == b"Ann@Example.com"
    assert {json.loads(keys.open(t.sealed, f"{t.id}\0{t.name}".encode())) for t in rows(store, TRAITS)} == {"Ann"}


def test_of_a_trait_the_latest_is_kept(store: LiveStore) -> None:
    for name, at in (("new", NOW - 1), ("old", NOW - 9)):
        identify(store, {"customer_id": "c1", "timestamp": at, "properties": {"firstName": name}})
    (row,) = rows(store, TRAITS)
    assert json.loads(Keys.from_environment().open(row.sealed, b"c1\0first_name")) == "new"


def test_what_is_known_of_a_person_is_told_in_clear_to_who_has_the_secret(store: LiveStore, reader: Reader) -> None:
    identify(store, {"customer_id": "c1", "anonymous_id": "web", "properties": PERSON})
    identify(store, {"customer_id": "c2", "timestamp": NOW - 5, "properties": {"email": "ann.lee@example.com"}})
    assert reader.members()["c2"] == "c1"
    keys, config = Keys.from_environment(), store.book.config
    known = identifiers_of(reader, ["c1", "c2", "anon:web"], config, keys)
    assert {(one.kind, one.value) for one in known} == {
        ("email", "Ann.Lee@Example.com"), ("phone", "+44 7700 900123"), ("anonymous_id", "web"), ("customer_id", "c2"),
    }  # fmt: skip
    assert {name: value for name, (value, _, _) in traits_of(reader, ["c1"], keys).items()} == {"name": "Ann Lee"}
    other = Keys.from_environment({VARIABLE: "another secret " * 3})
    sealed = [one for one in identifiers_of(reader, ["c1"], config, other) if one.kind == "email"]
    assert [one.value for one in sealed] == [None]
    assert traits_of(reader, ["c1"], None) == {}


def test_without_a_secret_logins_count_and_personal_values_are_not_kept(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE)
    with place.open() as store:
        identify(store, {"customer_id": "ann", "anonymous_id": "web", "properties": PERSON})
        reader = Reader(store.backend)
        assert reader.members() == {"anon:web": "ann"}
        assert "Lee" not in repr(reader.after(0))
        reader.close()
        assert rows(store, PERSONS) == rows(store, TRAITS) == []


def test_events_told_apart_by_an_email_alone_are_told_apart_by_its_hash_no_more(store: LiveStore) -> None:
    """The key of an event without an id is of what is left of it, so that no guess can be tried against it."""
    said = [{"customer_id": "c1", "properties": {"email": f"{name}@example.com"}} for name in ("ann", "bob")]
    first, second = identify(store, *said)
    assert (first, second) == (1, 1) or second == 0
    assert len(rows(store, LINKS)) == 2


def test_an_undone_merge_is_gone_and_does_not_come_again(store: LiveStore, reader: Reader) -> None:
    identify(store, {"customer_id": "ann", "properties": {"email": "m@example.com"}})
    identify(store, {"customer_id": "bob", "properties": {"email": "m@example.com"}})
    (merge,) = rows(store, MERGES)
    with store.backend.writing() as connection:
        assert store.book.undo(connection, merge.sequence)
        assert not store.book.undo(connection, merge.sequence)
    assert set(reader.members().values()) == set(reader.members())
    identify(store, {"customer_id": "bob", "event_id": "again", "properties": {"email": "m@example.com"}})
    assert set(reader.members().values()) == set(reader.members())


def test_shared_number_is_not_followed_into_everybody(store: LiveStore, reader: Reader) -> None:
    said = [{"customer_id": f"c{i}", "properties": {"phone": "+44 7700 900000"}} for i in range(30)]
    identify(store, *said)
    identify(store, {"customer_id": "c7", "anonymous_id": "web", "properties": {"phone": "+447700900000"}})
    assert reader.members()["anon:web"] == "c7"
    assert {id for id, person in reader.members().items() if id != person} == {"anon:web"}


# -- properties over whole histories, in a store that is emptied for each


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStore]:
    kinds = {"email": KindConfig(limit=2, owners=2), "customer_id": KindConfig(limit=2)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "k" * SHORTEST)
        patch.delenv("ESNAF_STORE", raising=False)
        folder: Path = tmp_path_factory.mktemp("plain")
        store = LiveStore.open(folder, StoreConfig(), IdentityConfig(kinds=kinds))
    yield store
    store.close()


node = st.sampled_from(["customer_id:1", "customer_id:2", "customer_id:3", "anonymous_id:1", "anonymous_id:2"])
mail = st.sampled_from(["email:x", "email:y", "email:z", "phone:x"])
said = st.tuples(node, st.one_of(node, mail), st.integers(1, 3)).filter(lambda one: one[0] != one[1])


def link_of(one: tuple[str, str, int]) -> StoredLink:
    return StoredLink(min(one[:2]), max(one[:2]), one[2])


def persons(connection: Any) -> dict[str, str]:
    from features.identity.schema import MEMBERS

    found = connection.execute(select(MEMBERS.c.id, MEMBERS.c.person))
    return {row.id: row.person for row in found if row.id != row.person}


class _RolledError(Exception):
    """Nothing of a test's history is to stay."""


@contextmanager
def scratch(store: LiveStore) -> Iterator[Any]:
    with suppress(_RolledError), store.backend.writing() as connection:
        yield connection
        raise _RolledError


@given(st.lists(said, max_size=12), st.permutations(range(12)))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_live_resolution_is_that_of_all_links_in_any_order(
    plain: LiveStore, history: list[tuple[str, str, int]], order: list[int]
) -> None:
    found = []
    for way in (history, [history[i] for i in order if i < len(history)]):
        with scratch(plain) as connection:
            for one in way:
                plain.book.link(connection, Said([link_of(one)], "hand", "test"))
            found.append(persons(connection))
    assert found[0] == found[1]
    gathering = Gathering(plain.book.config)
    gathering.add_stored(list(map(link_of, history)))
    members = gathering.members()
    assert found[0] == dict(zip(members.ids.to_pylist(), members.persons.to_pylist(), strict=True))


@given(st.lists(said, max_size=8), st.lists(said, min_size=1, max_size=3))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_merge_that_is_undone_leaves_persons_as_they_were(
    plain: LiveStore, history: list[tuple[str, str, int]], more: list[tuple[str, str, int]]
) -> None:
    with scratch(plain) as connection:
        for one in history:
            plain.book.link(connection, Said([link_of(one)], "hand", "test"))
        before = persons(connection)
        known = [row.sequence for row in connection.execute(select(MERGES.c.sequence))]
        plain.book.link(connection, Said([*map(link_of, more)], "hand", "test"))
        fresh = select(MERGES.c.sequence).where(MERGES.c.sequence.not_in(known), MERGES.c.change == "merge")
        merges = [row.sequence for row in connection.execute(fresh)]
        if merges:
            assert plain.book.undo(connection, merges[0])
            assert persons(connection) == before


def test_a_crowd_that_a_time_is_changed_behind_stays_a_crowd(plain: LiveStore) -> None:
    pairs = [("customer_id:1", "customer_id:2", 2), *(("anonymous_id:1", f"customer_id:{i}", 1) for i in (1, 2, 3))]
    with scratch(plain) as connection:
        for one in [*pairs, ("customer_id:1", "customer_id:2", 1)]:
            plain.book.link(connection, Said([link_of(one)], "hand", "test"))
        assert persons(connection) == {"2": "1"}


def test_links_too_improbable_to_count_make_no_hub(plain: LiveStore) -> None:
    """Their value is followed as the batch follows it, which leaves them out."""
    doubtful = [StoredLink(f"customer_id:{at}", "email:x", 1, 0.5) for at in range(10, 40)]
    sure = [StoredLink(f"customer_id:{at}", "email:x", 1) for at in (1, 2)]
    with scratch(plain) as connection:
        plain.book.link(connection, Said(doubtful, "match", "test"))
        plain.book.link(connection, Said(sure, "hand", "test"))
        assert persons(connection) == {"2": "1"}


def test_a_crowd_is_left_to_the_batch(plain: LiveStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(component, "MOST_NODES", 6)
    chain = [(f"customer_id:{at // 2}", f"email:{(at + 1) // 2}", at) for at in range(12)]
    with scratch(plain) as connection:
        for one in chain:
            plain.book.link(connection, Said([link_of(one)], "hand", "test"))
        assert len(persons(connection)) < 5
        monkeypatch.undo()
        plain.book.settle(connection, ["email:3"], cause="test", links="[]")
        assert len(persons(connection)) >= 2


def test_an_identifier_has_so_many_links_and_no_more(plain: LiveStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_LINKS", 3)
    with scratch(plain) as connection:
        for at in range(6):
            plain.book.link(connection, Said([link_of(("customer_id:1", f"anonymous_id:{at}", at))], "hand", "test"))
        assert len(connection.execute(select(LINKS.c.sequence)).all()) == 3
        plain.book.link(connection, Said([link_of(("customer_id:1", "anonymous_id:0", -5))], "hand", "test"))
        assert connection.execute(select(LINKS.c.time).order_by(LINKS.c.time)).scalars().first() == -5
