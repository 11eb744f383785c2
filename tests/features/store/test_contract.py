"""What holds for every store, whichever database keeps it."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, MetaData, inspect, update

from features.errors import StoreError, StoreUnavailable
from features.store import schema
from features.store.config import StoreConfig
from features.store.event import Event
from features.store.keeping import EVENTS
from features.store.livestore import LiveStore
from features.store.migrations import STEPS, migrate
from features.store.reader import Reader
from features.store.retention import compact, status_of
from tests.features.store.places import NOW, Place, events, ids

DAY = 86_400


def test_what_is_appended_is_read_in_order(store: LiveStore, reader: Reader) -> None:
    assert reader.last() == 0
    first = store.append(events(2, 1))
    second = store.append(events(0))
    assert 0 < first[0] < first[1] < second[0] == reader.last()
    assert ids(reader.after(0)) == ["event-2", "event-1", "event-0"]
    assert ids(reader.after(first[1])) == ["event-0"]
    assert ids(reader.after(0, limit=2)) == ["event-2", "event-1"]
    assert ids(reader.after(0, upto=first[0])) == ["event-2"]


def test_a_check_writes_and_changes_nothing(store: LiveStore, reader: Reader) -> None:
    store.append(events(1))
    before = reader.after(0)
    store.check()
    assert reader.after(0) == before
    with store.backend.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE esnaf_events RENAME TO away")
    with pytest.raises(StoreUnavailable):
        store.check()


def test_every_table_is_counted_and_tidied(store: LiveStore) -> None:
    with store.backend.reading() as connection:
        there = set(inspect(connection).get_table_names())
    assert {table.name for table in EVENTS.tables} == there - {schema.VERSION.name}


def test_every_field_comes_back(store: LiveStore, reader: Reader) -> None:
    (event,) = events(
        1,
        anonymous_id="dëvice",
        order_id="o'1\" -- ; DROP TABLE esnaf_events",
        session_id="s",
        channel="web",
        device="phone",
        recommendation_id="r",
        position=3,
        quantity=2.5,
        unit_price="9.99",
        currency="EUR",
        name="Mug %s ? :x \u2603",
        properties={"b": [1, None, "\0"], "a": {"x": None}},
    )
    (sequence,) = store.append([event])
    (found,) = reader.after(0)
    assert found == event._replace(received=found.received, sequence=sequence)
    assert found.received > NOW


def test_the_same_event_is_stored_once(store: LiveStore, reader: Reader) -> None:
    assert store.append(events(1, 1, 2)).count(0) == 1
    assert store.append(events(2, 3))[0] == 0
    assert sorted(map(str, ids(reader.after(0)))) == ["event-1", "event-2", "event-3"]
    assert store.append([]) == []


def test_of_equal_events_in_a_list_the_first_is_kept(store: LiveStore, reader: Reader) -> None:
    first, second = events(1, product_id="mug")[0], events(1, product_id="cup")[0]
    sequences = store.append([first, second])
    assert sequences[0] > 0 == sequences[1]
    assert reader.after(0)[0].product_id == "mug"


def test_customers_are_read_one_by_one(store: LiveStore, reader: Reader) -> None:
    store.append([*events(*range(9)), *events(20, customer_id=None, anonymous_id="tab-1")])
    assert ids(reader.since(["customer-1"])) == ["event-1", "event-4", "event-7"]
    assert ids(reader.since(["customer-1", "anon:tab-1"])) == ["event-1", "event-4", "event-7", "event-20"]
    assert ids(reader.since(["customer-1"], limit=2)) == ["event-4", "event-7"]
    assert ids(reader.since(["customer-1"], time=NOW - 100_000 + 4)) == ["event-4", "event-7"]
    assert ids(reader.since(["customer-1"], sequence=reader.since(["customer-1"])[0].sequence)) == [
        "event-4",
        "event-7",
    ]
    assert reader.since(["nobody"]) == reader.since([]) == []


def test_what_came_in_is_read_by_product(store: LiveStore, reader: Reader) -> None:
    store.append([*events(*range(12)), *events(12, product_id=None, event_type="search")])
    touched = reader.touched(2, 13)
    assert [one.sequence for one in touched] == [*range(3, 14)]
    assert touched[0] == ("customer-2", "product-2", 3)
    assert touched[-1].product_id is None
    assert reader.products(2, 13) == [f"product-{number}" for number in (1, 0, 4, 3, 2)]
    assert reader.products(2, 13, limit=2) == ["product-1", "product-0"]
    assert reader.products(9, 10) == ["product-4"]
    named = ["product-1", "product-4"]
    assert [event.sequence for event in reader.about(named, 2, 11)] == [5, 7, 10]
    assert [event.sequence for event in reader.about(named, 0, 13, limit=2)] == [10, 12]
    late = reader.about(["product-1"], 0, 13, time=NOW - 100_000 + 6)
    assert [event.sequence for event in late] == [7, 12]
    many = [f"product-{number % 7}" for number in range(1_000)]
    assert len(reader.about(many, 0, 13)) == 12


def test_a_reader_sees_what_others_commit(place: Place) -> None:
    with place.open() as first, place.open() as second:
        reader = Reader(second.backend)
        for number in range(5):
            (sequence,) = first.append(events(number))
            assert reader.last() == sequence
            assert reader.after(sequence - 1)[0].event_id == f"event-{number}"
            assert reader.last() == sequence
        reader.close()
        assert reader.last() == sequence  # and opens again by itself
        reader.close()


def test_it_is_there_after_it_was_closed(place: Place) -> None:
    with place.open() as store:
        store.append(events(1))
    with place.open() as store:
        assert store.append(events(1)) == [0]
        assert store.count() == 1


@settings(max_examples=15)
@given(lists=st.lists(st.lists(st.integers(0, 12), max_size=8), max_size=6))
def test_whatever_is_sent_how_often_each_is_there_once(postgres: str, lists: Sequence[Sequence[int]]) -> None:
    from tests.postgres import new_schema

    with tempfile.TemporaryDirectory() as folder:
        for config in (StoreConfig(), StoreConfig(url=new_schema(postgres))):
            with Place(Path(folder), config).open() as store:
                sent = [(number, sequence) for some in lists for number, sequence in _sent(store, some)]
                reader = Reader(store.backend)
                kept = reader.after(0)
                reader.close()
            accepted = [number for number, sequence in sent if sequence]
            assert ids(kept) == [f"event-{number}" for number in accepted]
            assert [event.sequence for event in kept] == [sequence for _, sequence in sent if sequence]
            assert sorted(accepted) == sorted({number for number, _ in sent})


def _sent(store: LiveStore, numbers: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(numbers, store.append(events(*numbers)), strict=True))


def test_two_processes_write_and_none_is_lost_or_doubled(place: Place) -> None:
    """Half of the events are sent by both."""
    command = [sys.executable, "-m", "tests.features.store.writer", str(place.workspace), place.config.url]
    ranges = ("0:600", "300:900")
    started = [subprocess.Popen([*command, part], stdout=subprocess.PIPE, text=True) for part in ranges]
    with place.open() as store:
        reader, seen = Reader(store.backend), list[Event]()
        while any(process.poll() is None for process in started):  # incremental reads beside the writers
            seen += reader.after(seen[-1].sequence if seen else 0, limit=50)
        assert [process.wait() for process in started] == [0, 0]
        seen += reader.after(seen[-1].sequence if seen else 0)
        everything = reader.after(0)
        reader.close()
    for process in started:
        assert process.stdout
        assert len(process.stdout.read().split()) == 600
        process.stdout.close()
    assert sorted(map(str, ids(everything))) == sorted(f"event-{number}" for number in range(900))
    assert seen == everything  # in the order of the sequences nothing appears behind one's back


# versions


def test_processes_that_open_at_once_make_it_once(place: Place) -> None:
    command = [sys.executable, "-m", "tests.features.store.writer", str(place.workspace), place.config.url]
    started = [subprocess.Popen([*command, f"{i}:{i + 1}"], stdout=subprocess.DEVNULL) for i in range(4)]
    assert [process.wait() for process in started] == [0] * 4
    with place.open() as store:
        assert store.count() == 4


def test_a_newer_store_is_refused(place: Place) -> None:
    with place.open() as store:
        with store.backend.writing() as connection:
            connection.execute(update(schema.VERSION).values(version=99))
        with pytest.raises(StoreError, match=r"version 99, and this esnaf knows \d+; install the newer esnaf"):
            LiveStore.open(place.workspace, place.config)


def test_missing_steps_are_done_and_no_others(store: LiveStore) -> None:
    store.append(events(1))
    done: list[int] = []
    steps = (*STEPS, lambda connection: done.append(1), lambda connection: done.append(2))
    migrate(store.backend, steps)
    migrate(store.backend, steps)
    assert done == [1, 2]
    assert store.count() == 1


def test_a_step_that_fails_leaves_nothing(store: LiveStore) -> None:
    def broken(connection: Connection) -> None:
        schema.VERSION.to_metadata(MetaData(), name="half").create(connection)
        raise RuntimeError("halfway")

    with pytest.raises(RuntimeError):
        migrate(store.backend, (*STEPS, broken))
    with store.backend.reading() as connection:
        assert not inspect(connection).has_table("half")
    migrate(store.backend)


# retention


def test_old_events_go_and_the_others_stay(place: Place) -> None:
    place = replace(place, config=replace(place.config, keep_days=30))
    with place.open() as store:
        store.append([*events(*range(20), timestamp=NOW - 40 * DAY), *events(*range(20, 25))])
        (last,) = store.append(events(25, timestamp=NOW - 40 * DAY))
        done = compact(store, NOW)
        assert done.deleted == 21
        status = status_of(store)
        assert (status.events, status.start, status.end) == (5, NOW - 99_980, NOW - 99_976)
        assert store.append(events(26))[0] > last  # a sequence is never given twice
        assert compact(store, NOW).deleted == 0


def test_without_a_limit_all_stay(store: LiveStore) -> None:
    store.append(events(1, timestamp=NOW - 4_000 * DAY))
    assert compact(store, NOW).deleted == 0
    assert store.count() == 1


def test_status_of_an_empty_store(store: LiveStore) -> None:
    status = status_of(store)
    assert (status.events, status.last, status.start, status.received) == (0, 0, None, None)
    assert status.bytes > 0
