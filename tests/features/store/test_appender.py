"""The queue before the writer: callers are told after the commit, turned away when it is full, and never left alone."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import wait
from dataclasses import replace

import pytest

from features.errors import StoreBusy, StoreUnavailable
from features.store.appender import Appender
from features.store.event import Event
from features.store.livestore import LiveStore
from features.store.reader import Reader
from tests.features.store.places import NOW, Place, events, ids

PATIENCE = 60.0  # seconds for what takes a moment unless the machine is very busy


class Held(LiveStore):
    """A real store whose next write waits until it is let go, and that counts its transactions."""

    def __init__(self, store: LiveStore) -> None:
        super().__init__(store.backend, store.config, store.book)
        self.go = threading.Event()
        self.sizes: list[int] = []

    def append(self, events: Sequence[Event]) -> list[int]:
        assert self.go.wait(PATIENCE)
        self.sizes.append(len(events))
        return super().append(events)


@pytest.fixture
def held(store: LiveStore) -> Iterator[Held]:
    held = Held(store)
    yield held
    held.go.set()


def taken(appender: Appender) -> None:
    """Until the writer has taken the queue's head."""
    end = time.monotonic() + PATIENCE
    while appender.waiting and time.monotonic() < end:
        time.sleep(0.001)


def test_a_caller_is_told_after_the_commit(store: LiveStore, reader: Reader) -> None:
    with Appender(store) as appender:
        for number in range(20):
            (sequence,) = appender.append(events(number)).result(PATIENCE)
            assert reader.last() == sequence
            assert ids(reader.since([f"customer-{number % 3}"]))[-1] == f"event-{number}"


def test_what_comes_during_a_write_is_written_together(held: Held) -> None:
    with Appender(held) as appender:
        first = appender.append(events(0))
        taken(appender)
        others = [appender.append(events(number, number + 1)) for number in range(1, 41, 2)]
        held.go.set()
        wait([first, *others], PATIENCE)
    assert held.sizes == [1, 40]
    assert [len(future.result()) for future in others] == [2] * 20
    assert min(sequence for future in others for sequence in future.result()) > first.result()[0]


def test_each_caller_gets_its_own_verdicts(held: Held) -> None:
    with Appender(held) as appender:
        futures = [appender.append(events(*numbers)) for numbers in ((1,), (1, 2), (2, 1), (3,), ())]
        held.go.set()
        found = [[bool(sequence) for sequence in future.result(PATIENCE)] for future in futures]
    assert found == [[True], [False, True], [False, False], [True], []]


def test_a_transaction_is_no_larger_than_it_may_be(store: LiveStore) -> None:
    held = Held(store)
    held.config = replace(store.config, batch=10)
    with Appender(held) as appender:
        futures = [appender.append(events(*range(begin, begin + 4))) for begin in range(0, 40, 4)]
        futures.append(appender.append(events(*range(100, 125))))  # a list goes whole, whatever its size
        held.go.set()
        wait(futures, PATIENCE)
    assert sum(held.sizes) == 65
    assert sorted(size for size in held.sizes if size > 10) == [25]


def test_with_a_linger_callers_share_a_transaction(store: LiveStore) -> None:
    held = Held(store)
    held.config = replace(store.config, linger_ms=1_000.0, batch=20)
    held.go.set()
    with Appender(held) as appender:
        wait([appender.append(events(number)) for number in range(20)], PATIENCE)
    assert held.sizes == [20]


def test_a_write_waits_for_those_whom_the_last_one_told(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.store.appender._COMPANY", 20.0)
    with Appender(held) as appender:
        appender.append(events(0))
        taken(appender)
        told = [appender.append(events(number)) for number in (1, 2, 3)]
        held.go.set()
        wait(told, PATIENCE)
        end = time.monotonic() + PATIENCE
        while appender._told != 3 and time.monotonic() < end:
            time.sleep(0.001)
        appender._took = 40.0  # a slow disk
        again = []
        for number in (4, 5, 6):  # they come one after the other
            again.append(appender.append(events(number)))
            time.sleep(0.05)
        wait(again, PATIENCE)
    assert held.sizes == [1, 3, 3]


def test_a_full_queue_turns_away_and_says_when_to_come_back(held: Held, reader: Reader) -> None:
    appender = Appender(held)
    first = appender.append(events(0))
    taken(appender)
    lists = [events(*range(begin, begin + 1_000), timestamp=NOW) for begin in range(1, 10_001, 1_000)]
    kept = [first, *map(appender.append, lists)]
    with pytest.raises(StoreBusy, match=r"10,000 events wait to be written; come back later") as refused:
        appender.append(events(20_000, timestamp=NOW))
    assert 1 <= refused.value.retry_after <= 30
    held.go.set()
    appender.close()
    assert all(all(future.result()) for future in kept)
    assert len(reader.after(0, limit=50_000)) == 10_001  # nothing of what was turned away
    assert appender.waiting == 0


def test_closing_writes_what_waits_and_takes_no_more(held: Held, reader: Reader) -> None:
    appender = Appender(held)
    futures = [appender.append(events(number)) for number in range(50)]
    threading.Timer(0.05, held.go.set).start()
    appender.close()
    assert all(future.done() and future.result()[0] for future in futures)
    assert len(reader.after(0)) == 50
    with pytest.raises(StoreUnavailable, match="no more events are taken in"):
        appender.append(events(1))
    appender.close()


def test_an_event_that_no_column_takes_fails_alone(held: Held) -> None:
    broken = events(1)[0]._replace(position=2**70)
    with Appender(held) as appender:
        appender.append(events(0))
        taken(appender)
        good, bad, other = appender.append(events(2)), appender.append([broken]), appender.append(events(3))
        held.go.set()
        assert good.result(PATIENCE)[0]
        assert other.result(PATIENCE)[0]
        assert "event-1" not in str(bad.exception(10))
    assert bad.exception() is not None


def test_a_fault_of_ours_fails_who_meets_it_and_no_other(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = held._kept

    def faulty(event: Event, *, stating: bool) -> Event | int:
        if event.event_id == "event-1":
            raise ValueError(event.event_id)
        return kept(event, stating=stating)

    monkeypatch.setattr(held, "_kept", faulty)
    with Appender(held) as appender:
        appender.append(events(0))
        taken(appender)
        good, bad, other = (appender.append(events(number)) for number in (2, 1, 3))
        held.go.set()
        assert good.result(PATIENCE)[0]
        assert other.result(PATIENCE)[0]
        assert type(bad.exception(PATIENCE)) is StoreUnavailable
        assert "event-1" not in str(bad.exception())
        with pytest.raises(StoreUnavailable):  # alone, and the writer lives on
            appender.append(events(1)).result(PATIENCE)
        assert appender.append(events(4)).result(PATIENCE)[0]


def test_a_caller_who_no_longer_waits_disturbs_nobody(held: Held, reader: Reader) -> None:
    """What is queued is written."""
    with Appender(held) as appender:
        appender.append(events(0))
        taken(appender)
        left, other = appender.append(events(1)), appender.append(events(2))
        left.cancel()
        held.go.set()
        assert other.result(PATIENCE)[0]
    assert ids(reader.after(0)) == ["event-0", "event-1", "event-2"]


def test_a_store_that_is_away_is_told_to_all_who_wait(place: Place) -> None:
    """And when it is back, what they send once more is taken."""
    with place.open() as store:
        held = Held(store)
        with store.backend.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE esnaf_events RENAME TO away")
        with Appender(held) as appender:
            futures = [appender.append(events(number)) for number in range(10)]
            held.go.set()
            assert [type(future.exception(10)) for future in futures] == [StoreUnavailable] * 10
            with store.backend.writing() as connection:
                connection.exec_driver_sql("ALTER TABLE away RENAME TO esnaf_events")
            assert all(appender.append(events(*range(10))).result(PATIENCE))
