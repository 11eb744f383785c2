"""What the log says of all workers' lists, a worker knows, also one that starts later."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from features.arrays import DAY
from features.errors import StoreUnavailable
from features.exposures.log import ExposureLog
from features.store.config import StoreConfig
from serving.fading import follower as module
from serving.fading.config import FadingConfig
from serving.fading.fading import Fading
from serving.fading.follower import Follower
from serving.fading.memory import Memory
from tests.features.exposures.shows import answer, listed, write
from tests.features.store.places import NOW

CONFIG = FadingConfig(shown=2, visit_s=60)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExposureLog]:
    monkeypatch.delenv("ESNAF_STORE", raising=False)
    log = ExposureLog.open(tmp_path, StoreConfig())
    yield log
    log.close()


def faded(memory: Memory, customer: str = "ann", now: int = NOW + 1_000) -> list[str]:
    return sorted(memory.faded(customer, now, lambda _: -1))


def test_each_look_takes_up_what_is_new(log: ExposureLog) -> None:
    memory = Memory(CONFIG)
    following, one = Follower(memory, CONFIG), listed()
    write(log, [one], [answer(one, 0), answer(one, 1, customer="anon:bob"), answer(one, 2, customer=None)])
    following.look(log, NOW + 10)
    assert (len(memory), faded(memory)) == (2, [])
    write(log, [], [answer(one, 3, time=NOW + 100)], [answer(one, 4, time=NOW + 110)])
    following.look(log, NOW + 120)
    following.look(log, NOW + 130)
    assert faded(memory) == ["mug"]
    assert faded(memory, "anon:bob") == []
    late = Memory(CONFIG)
    Follower(late, CONFIG).look(log, NOW + 130)
    assert late.marks.keys() == memory.marks.keys() == {"ann"}
    assert faded(late) == ["mug"]


def test_products_count_where_they_were_shown(log: ExposureLog) -> None:
    """Three of five are shown, and drawn ones in an order of their own."""
    memory, one = Memory(replace(CONFIG, shown=1.0)), listed()
    write(log, [one], [answer(one, 0, places=[3, 0, 1]), answer(one, 1, time=NOW + 100, places=[4, 3, 0])])
    Follower(memory, CONFIG).look(log, NOW + 200)
    assert faded(memory) == ["jug", "lid", "mug"]


def test_a_look_is_bounded_and_the_next_goes_on(log: ExposureLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK", 2)
    monkeypatch.setattr(module, "_GROUPS", 1)
    monkeypatch.setattr(module, "_LISTS", 1)
    lists = [listed(time=NOW + number) for number in range(5)]
    write(log, lists, *[[answer(one, at, time=NOW, customer=f"c{at}")] for at, one in enumerate(lists)])
    memory = Memory(CONFIG)
    following = Follower(memory, CONFIG)
    sizes = []
    for _ in range(4):
        following.look(log, NOW + 10)
        sizes.append(len(memory))
    assert sizes == [2, 4, 5, 5]


def test_what_is_older_than_the_days_is_not_read(log: ExposureLog) -> None:
    memory, one = Memory(CONFIG), listed()
    write(log, [one], [answer(one, 0)])
    Follower(memory, CONFIG).look(log, NOW + 20 * DAY)
    assert len(memory) == 0


def test_a_log_that_is_away_tells_so_and_another_is_begun_anew(log: ExposureLog, tmp_path: Path) -> None:
    memory, one = Memory(CONFIG), listed()
    following = Follower(memory, CONFIG)
    write(log, [one], [answer(one, 0)])
    following.look(log, NOW)
    (tmp_path / "other").mkdir()
    other = ExposureLog.open(tmp_path / "other", StoreConfig())
    write(other, [one], [answer(one, 0, customer="eve")])
    following.look(other, NOW)
    assert len(memory) == 2
    other.close()
    for file in (tmp_path / "other").iterdir():
        file.write_bytes(b"no database" * 1_000)
    with pytest.raises(StoreUnavailable):
        Follower(memory, CONFIG).look(ExposureLog(other.backend), NOW)


def test_what_cannot_be_read_stops_nothing(log: ExposureLog, capsys: pytest.CaptureFixture[str]) -> None:
    fading, broken = Fading(CONFIG), listed()._replace(products="no JSON")
    write(log, [broken], [answer(broken, 0)])
    for _ in range(2):
        fading.look(log, NOW)
    assert fading.marks == {}


def test_it_can_be_switched_off(log: ExposureLog) -> None:
    fading, one = Fading(replace(CONFIG, enabled=False)), listed()
    write(log, [one], *[[answer(one, number, time=NOW + 100 * number)] for number in range(9)])
    fading.look(log, NOW + 1_000)
    assert fading.marks == {}
