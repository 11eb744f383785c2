"""What holds for every exposure log, whichever database keeps it."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from features.arrays import DAY
from features.errors import StoreError, StoreUnavailable
from features.exposures import reader, retention, schema
from features.exposures.config import ExposuresConfig
from features.exposures.identifier import first_id
from features.exposures.log import ExposureLog
from features.exposures.retention import compact, erase, status_of, trim
from features.exposures.shown import Shown
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from tests.features.exposures.shows import PRODUCTS, answer, customers, listed, write
from tests.features.store.places import NOW, Place


def test_what_is_written_is_read_in_order(log: ExposureLog) -> None:
    plain, drawn = listed(), listed(propensities=[0.5, 0.25, 1.0])
    first = answer(plain, 0)
    second = answer(drawn, 1, customer="anon:tab", places=[4, 0, 2], propensities=[0.125, 0.1 + 0.2, 1.0])
    third = answer(drawn, 2, customer=None)
    write(log, [plain, drawn], [third, first, second])
    (shown,) = reader.parts(log.backend)
    assert [name.decode() for name in shown.recommendation_id] == [f"{first_id(NOW)}{i:022x}" for i in range(3)]
    assert shown.customer_id.tolist() == ["ann", "anon:tab", None]
    assert shown.placement.tolist() == ["home"] * 3
    assert shown.channel.tolist() == [None] * 3
    assert [shown.lists[of].list_id for of in shown.of] == [plain.list_id, drawn.list_id, drawn.list_id]
    assert shown.offsets.tolist() == [0, 3, 6, 9]
    assert shown.product.tolist() == ["mug", "cup", "pot", "lid", "mug", "pot", "mug", "cup", "pot"]
    assert shown.place.tolist() == [0, 1, 2, 4, 0, 2, 0, 1, 2]
    assert shown.position.tolist() == [1, 2, 3] * 3
    assert shown.score.tolist()[:4] == [2.5, 1.5, 0.1 + 0.2, -3.0]
    assert shown.source.tolist()[:4] == ["als", "als", "rp3beta", "popular_fill"]
    assert shown.propensity.tolist() == [1.0, 1.0, 1.0, 0.125, 0.1 + 0.2, 1.0, 0.5, 0.25, 1.0]


def test_it_is_read_in_parts_by_time(log: ExposureLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_PRODUCTS", 21)
    monkeypatch.setattr(reader, "_NAMED", 2)
    lists = [listed(time=NOW + i) for i in range(5)]
    answers = [answer(lists[i % 5], i, time=NOW + i, customer=str(i)) for i in range(30)]
    write(log, lists, *(answers[i : i + 3] for i in range(0, 30, 3)))
    parts = list(reader.parts(log.backend, NOW + 4, NOW + 20))
    assert [len(part) for part in parts] == [5, 6, 5]
    assert [int(name) for part in parts for name in part.customer_id] == [*range(4, 20)]
    assert [int(time) for part in parts for time in part.time] == [NOW + i for i in range(4, 20)]
    assert all(part.product.tolist() == PRODUCTS[:3] * len(part) for part in parts)


def test_a_group_that_is_too_large_is_read_alone(log: ExposureLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_PRODUCTS", 9)
    one = listed()
    answers = [answer(one, i) for i in range(25)]
    write(log, [one], answers[:10], answers[10:12], answers[12:13], answers[13:])
    assert [len(part) for part in reader.parts(log.backend)] == [10, 3, 12]


def test_groups_that_overlap_are_read_whole(log: ExposureLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of two workers do."""
    monkeypatch.setattr(reader, "_PRODUCTS", 1)
    one = listed()
    answers = [answer(one, i, customer=str(i)) for i in range(10)]
    write(log, [one], answers[::2], answers[1::2])
    assert sorted(map(str, customers(log))) == sorted(map(str, range(10)))


def test_the_same_written_again_is_there_once(log: ExposureLog) -> None:
    one = listed()
    for _ in range(2):
        write(log, [one], [answer(one, 1)], [answer(one, 2), answer(one, 3)])
    assert (status_of(log).answers, status_of(log).products, status_of(log).lists) == (3, 9, 1)


def test_an_answer_whose_list_is_gone_is_passed_over(log: ExposureLog) -> None:
    one, gone = listed(), listed()
    write(log, [one], [answer(gone, 1), answer(one, 2, customer="bob")])
    assert customers(log) == ["bob"]
    write(log, [], [answer(gone, number) for number in range(3, 6)])
    assert customers(log) == ["bob"]


def test_without_any_list_nothing_can_be_read(log: ExposureLog) -> None:
    write(log, [], [answer(listed(), number) for number in range(3)])
    assert list(reader.parts(log.backend)) == []


def test_an_empty_log(log: ExposureLog) -> None:
    assert list(reader.parts(log.backend)) == []
    status = status_of(log)
    assert (status.answers, status.lists, status.start) == (0, 0, None)
    assert trim(log, ExposuresConfig(), NOW) == compact(log, ExposuresConfig(), NOW) == 0
    assert erase(log, ["ann"]) == erase(log, []) == 0


def test_it_has_a_place_of_its_own(place: Place, store: LiveStore) -> None:
    """Whoever holds the events up does not hold up the exposures, and neither the other way round."""
    assert place.config.url or ExposureLog.find(place.workspace, place.config) is None
    log, one = ExposureLog.open(place.workspace, place.config), listed()
    with store.backend.writing():
        write(log, [one], [answer(one)])
    with log.backend.writing():
        store.check()
    found = ExposureLog.find(place.workspace, place.config)
    assert found is not None
    assert customers(found) == ["ann"]
    found.close()
    log.close()


def test_beside_an_embedded_store_it_is_a_file_for_its_owner(tmp_path: Path) -> None:
    log = ExposureLog.open(tmp_path, StoreConfig(url="sqlite:///live.db"))
    with log.backend.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1  # NORMAL
    log.close()
    (file,) = tmp_path.glob("*.db")
    assert file.name == "live-exposures.db"
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_postgres_does_not_wait_for_the_disk(postgres: str, tmp_path: Path) -> None:
    log = ExposureLog.open(tmp_path, StoreConfig(url=postgres))
    with log.backend.reading() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
    log.close()


def test_any_text_can_be_kept(log: ExposureLog) -> None:
    names = ["an\0n", "\ud800", "'; DROP TABLE esnaf_exposures --", "\u2603", '"', "%s ? :x"]
    one = listed()
    write(log, [one], [answer(one, number, customer=name) for number, name in enumerate(names)])
    assert customers(log) == names


def test_a_newer_log_is_refused(log: ExposureLog, place: Place) -> None:
    with log.backend.writing() as connection:
        connection.execute(update(schema.VERSION).values(version=99))
    with pytest.raises(StoreError, match="version 99"):
        ExposureLog.open(place.workspace, place.config)


def test_a_log_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "store-exposures.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreUnavailable, match="file is not a database"):
        ExposureLog.open(tmp_path, StoreConfig())


# retention


def filled(log: ExposureLog, days: int) -> None:
    """One list and two answers a day up to now; the second shows the list of the day before."""
    before = listed(time=NOW - days * DAY)
    write(log, [before], [])
    for day in range(days):
        time = NOW - (days - 1 - day) * DAY
        today = listed(time=time)
        write(log, [today], [answer(today, 1, time=time)], [answer(before, 2, time=time)])
        before = today


def lists_kept(log: ExposureLog) -> int:
    with log.backend.reading() as connection:
        return len(connection.execute(select(schema.LISTS.c.list_id)).all())


def test_what_is_too_old_goes_step_by_step(log: ExposureLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS", 2)
    filled(log, 10)
    config, steps = ExposuresConfig(keep_days=3), 0
    while trim(log, config, NOW):
        steps += 1
    assert steps >= 3
    assert status_of(log).start == NOW - 3 * DAY
    assert status_of(log).answers == 8
    assert len(customers(log)) == 8  # each with its list, also those of the day before
    assert lists_kept(log) == 5


def test_no_more_lists_are_kept_than_are_set(log: ExposureLog) -> None:
    filled(log, 10)
    config = ExposuresConfig(keep_days=0, keep_lists=6)
    assert compact(log, config, NOW) == 14
    assert status_of(log).start == NOW - 2 * DAY
    assert len(customers(log)) == 6
    assert compact(log, config, NOW) == 0


def test_without_limits_all_stay(log: ExposureLog) -> None:
    filled(log, 10)
    assert compact(log, ExposuresConfig(keep_days=0), NOW + 10_000 * DAY) == 0
    assert status_of(log).answers == 20


def test_when_everything_goes_so_do_the_lists(log: ExposureLog) -> None:
    filled(log, 3)
    assert compact(log, ExposuresConfig(keep_days=1), NOW + 100 * DAY) == 6
    assert (status_of(log).answers, lists_kept(log)) == (0, 0)


def test_a_customer_is_forgotten(log: ExposureLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_READ", 2)
    one = listed()
    names = ["ann", "bob", "anon:ann", None, "eve", "ann' OR 1=1 --"]
    answers = [answer(one, number, customer=names[number % 6]) for number in range(30)]
    answers[::4] = [
        answer(one, number, customer=names[number % 6], places=[4, 0], propensities=[0.25, number / 32])
        for number in range(0, 30, 4)
    ]
    alone = [answer(one, 40, customer="eve")]
    write(log, [one], answers[:8], answers[8:9], answers[9:20], answers[20:], alone)
    before = [row for shown in reader.parts(log.backend) for row in rows(shown)]
    assert erase(log, ["ann", "nobody", "eve"]) == 11
    assert set(customers(log)) == {"bob", "anon:ann", None, "ann' OR 1=1 --"}
    left = [row for shown in reader.parts(log.backend) for row in rows(shown)]
    assert left == [row for row in before if row[0] not in {"ann", "eve"}]
    assert status_of(log).answers == 20
    assert erase(log, ["ann", "eve"]) == 0


def rows(shown: Shown) -> list[tuple[object, ...]]:
    columns = shown.customer_id[shown.answer], shown.position, shown.product, shown.propensity
    return list(zip(*(column.tolist() for column in columns), strict=True))
