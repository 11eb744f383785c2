"""What holds for every exposure log, whichever database keeps it."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from features.arrays import DAY
from features.errors import StoreError, StoreUnavailable
from features.exposures import reader, retention, schema
from features.exposures.config import ExposuresConfig
from features.exposures.log import ExposureLog
from features.exposures.retention import compact, erase, status_of, trim
from features.store.config import StoreConfig
from features.store.failures import UnfitError
from features.store.livestore import LiveStore
from tests.features.exposures.shows import PRODUCTS, answer, customers, listed
from tests.features.store.places import NOW, Place


def test_what_is_written_is_read_in_order(log: ExposureLog) -> None:
    plain, drawn = listed(), listed(propensities=[0.5, 0.25, 1.0])
    first = answer(plain, 0)
    second = answer(drawn, 1, customer="anon:tab", places=[4, 0, 2], propensities=[0.125, 0.1 + 0.2, 1.0])
    third = answer(drawn, 2, customer=None)
    log.append([plain, drawn], [third, first, second])
    (shown,) = reader.parts(log.backend)
    assert list(shown.exposures) == [first, second, third]
    assert shown.offsets.tolist() == [0, 3, 6, 9]
    assert shown.product.tolist() == ["mug", "cup", "pot", "lid", "mug", "pot", "mug", "cup", "pot"]
    assert shown.place.tolist() == [0, 1, 2, 4, 0, 2, 0, 1, 2]
    assert shown.position.tolist() == [1, 2, 3] * 3
    assert shown.score.tolist()[:4] == [2.5, 1.5, 0.1 + 0.2, -3.0]
    assert shown.source.tolist()[:4] == ["als", "als", "rp3beta", "popular_fill"]
    assert shown.propensity.tolist() == [1.0, 1.0, 1.0, 0.125, 0.1 + 0.2, 1.0, 0.5, 0.25, 1.0]


def test_it_is_read_in_parts_by_time(log: ExposureLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_ANSWERS", 7)
    monkeypatch.setattr(reader, "_NAMED", 2)
    lists = [listed(time=NOW + i) for i in range(5)]
    log.append(lists, [answer(lists[i % 5], i, time=NOW + i, customer=str(i)) for i in range(30)])
    parts = list(reader.parts(log.backend, NOW + 3, NOW + 20))
    assert [len(part) for part in parts] == [7, 7, 3]
    assert [int(one.customer_id or "") for part in parts for one in part.exposures] == [*range(3, 20)]
    assert all(part.product.tolist() == PRODUCTS[:3] * len(part) for part in parts)


def test_long_lists_are_read_a_few_at_a_time(log: ExposureLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_ANSWERS", 10)
    monkeypatch.setattr(reader, "_PRODUCTS", 9)
    one = listed()
    log.append([one], [answer(one, i) for i in range(25)])
    assert [len(part) for part in reader.parts(log.backend)] == [10, 3, 3, 3, 3, 3]


def test_the_same_written_again_is_there_once(log: ExposureLog) -> None:
    one = listed()
    log.append([one], [answer(one, 1)])
    log.append([one], [answer(one, 1), answer(one, 2)])
    assert status_of(log).exposures == 2
    assert status_of(log).lists == 1


def test_an_answer_whose_list_is_gone_is_passed_over(log: ExposureLog) -> None:
    one, gone = listed(), listed()
    log.append([one], [answer(gone, 1), answer(one, 2, customer="bob")])
    assert customers(log) == ["bob"]
    log.append([], [answer(gone, number) for number in range(3, 6)])
    assert customers(log) == ["bob"]


def test_an_empty_log(log: ExposureLog) -> None:
    assert list(reader.parts(log.backend)) == []
    status = status_of(log)
    assert (status.exposures, status.lists, status.start) == (0, 0, None)
    assert trim(log, ExposuresConfig(), NOW) == compact(log, ExposuresConfig(), NOW) == 0
    assert erase(log, ["ann"]) == erase(log, []) == 0


def test_it_has_a_place_of_its_own(place: Place, store: LiveStore) -> None:
    """Whoever holds the events up does not hold up the exposures, and neither the other way round."""
    assert place.config.url or ExposureLog.find(place.workspace, place.config) is None
    log, one = ExposureLog.open(place.workspace, place.config), listed()
    with store.backend.writing():
        log.append([one], [answer(one)])
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


def test_a_text_that_the_database_takes_for_none(log: ExposureLog, place: Place) -> None:
    one = listed()
    bad = answer(one, customer="an\0n" if place.config.url else "an\ud800n")
    with pytest.raises(UnfitError):
        log.append([one], [answer(one, 1), bad])
    assert customers(log) == []


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
    log.append([before], [])
    for day in range(days):
        time = NOW - (days - 1 - day) * DAY
        today = listed(time=time)
        log.append([today], [answer(today, 1, time=time), answer(before, 2, time=time)])
        before = today


def lists_kept(log: ExposureLog) -> int:
    with log.backend.reading() as connection:
        return len(connection.execute(select(schema.LISTS.c.list_id)).all())


def test_what_is_too_old_goes_step_by_step(log: ExposureLog) -> None:
    filled(log, 10)
    config = ExposuresConfig(keep_days=3)
    assert [trim(log, config, NOW, rows=5) for _ in range(4)][:2] == [5, 5]
    assert trim(log, config, NOW, rows=5) == 0
    assert status_of(log).start == NOW - 3 * DAY
    assert status_of(log).exposures == 8
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
    assert status_of(log).exposures == 20


def test_when_everything_goes_so_do_the_lists(log: ExposureLog) -> None:
    filled(log, 3)
    assert compact(log, ExposuresConfig(keep_days=1), NOW + 100 * DAY) == 6
    assert (status_of(log).exposures, lists_kept(log)) == (0, 0)


def test_a_customer_is_forgotten(log: ExposureLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_IDS", 2)
    monkeypatch.setattr(retention, "ROWS", 2)
    one = listed()
    names = ["ann", "bob", "anon:ann", None, "eve", "ann' OR 1=1 --"]
    log.append([one], [answer(one, number, customer=names[number % 6]) for number in range(30)])
    assert erase(log, ["ann", "nobody", "eve"]) == 10
    assert set(customers(log)) == {"bob", "anon:ann", None, "ann' OR 1=1 --"}
    assert len(customers(log)) == 20
