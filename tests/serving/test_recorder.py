"""What waits is bounded, what is lost is counted, and nothing of it holds an answer up."""

import sqlite3
from pathlib import Path

import pytest

from features.arrays import DAY
from features.exposures import reader
from features.exposures.exposure import Exposure
from features.exposures.identifier import new_id
from features.exposures.log import ExposureLog
from features.exposures.retention import status_of
from features.settings import Settings
from features.store.config import StoreConfig
from serving import recorder
from serving.clock import Clock
from serving.listed import Listed
from serving.metrics import Metrics
from serving.recorder import Recorder

NOW = 1_700_000_000
FILE = "store-exposures.db"
TEXT = b'"items":[{"product_id":"mug","rank":1,"score":0.5,"source":"als","reason":null}],"fallback":null'


class Bench:
    """A recorder, and its counts."""

    def __init__(self, folder: Path, text: str = "") -> None:
        self.folder, self.metrics = folder, Metrics()
        settings = Settings.parse(text)
        self.recorder = Recorder(folder, settings, clock=Clock(fixed=NOW), metrics=self.metrics)

    def add(self, listed: Listed, count: int = 1, *, time: int = NOW, customer: str = "ann") -> None:
        for _ in range(count):
            shown = Exposure(new_id(time), customer, None, "web", listed.list_id)
            self.recorder.add(shown, listed)

    def counted(self, outcome: str) -> int:
        text = self.metrics.text(age=0, version="1").decode()
        line = f'esnaf_exposures_total{{outcome="{outcome}"}} '
        return sum(int(float(row.removeprefix(line))) for row in text.splitlines() if row.startswith(line))

    def written(self) -> list[int]:
        """The times of what was shown."""
        log = ExposureLog.find(self.folder, StoreConfig())
        if log is None:
            return []
        found = [int(time) for shown in reader.parts(log.backend) for time in shown.time]
        log.close()
        return found


def listed(*, shown: int = 1, named: bool = True) -> Listed:
    return Listed(new_id(NOW), "1", "", "off", shown, TEXT, None, named)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_list_is_written_once_and_every_answer_with_it(bench: Bench) -> None:
    one = listed()
    bench.add(one, 3)
    bench.recorder.flush()
    bench.add(one, 2)
    bench.add(listed(), 1)
    assert bench.recorder.waiting == 3
    bench.recorder.close()
    bench.recorder.close()
    assert len(bench.written()) == 6
    log = ExposureLog.open(bench.folder, StoreConfig())
    assert status_of(log).lists == 2
    log.close()
    assert (bench.counted("written"), bench.counted("dropped")) == (6, 0)


def test_nothing_is_made_before_the_first_list(bench: Bench) -> None:
    bench.recorder.flush()
    bench.recorder.close()
    assert list(bench.folder.iterdir()) == []


def test_what_is_too_much_is_dropped_and_counted(tmp_path: Path) -> None:
    bench, long = Bench(tmp_path, "[exposures]\nqueue = 10"), listed(shown=40)
    bench.add(listed(), 5)
    bench.add(long, 2)  # each counts for four
    bench.add(listed(), 3)
    assert bench.recorder.waiting == 10
    bench.recorder.flush()
    assert (len(bench.written()), bench.counted("dropped")) == (7, 3)
    bench.add(listed(), 3)
    bench.recorder.flush()
    bench.recorder.close()
    assert (len(bench.written()), bench.counted("dropped")) == (10, 3)


def test_by_itself_it_writes_until_it_is_closed(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "[exposures]\nflush_s = 0.01")
    bench.recorder.start()
    bench.add(listed(), 2)
    for _ in range(2_000):
        if bench.counted("written") == 2:
            break
        bench.recorder._ended.wait(0.01)
    bench.add(listed(), 2)
    bench.recorder.close()
    assert len(bench.written()) == 4


def test_what_waits_at_the_end_is_written(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "[exposures]\nflush_s = 60")
    bench.recorder.start()
    bench.add(listed(), 5)
    bench.recorder.close()
    assert len(bench.written()) == 5


def test_switched_off_it_runs_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "[exposures]\nenabled = false")
    bench.recorder.start()
    assert not bench.recorder.enabled
    assert not bench.recorder._thread.is_alive()
    bench.recorder.close()


def test_without_the_log_exposures_wait_and_then_are_dropped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1_000)
    bench, one = Bench(tmp_path, "[exposures]\nqueue = 4"), listed()
    with caplog.at_level("INFO", "esnaf"):
        bench.add(one, 6)
        for _ in range(3):
            bench.recorder.flush()
        (tmp_path / FILE).unlink()
        bench.recorder.flush()
        bench.add(one, 1)
        bench.recorder.flush()
    bench.recorder.close()
    assert [record.getMessage().split()[0] for record in caplog.records] == [
        "exposures.away",
        "exposures.open",
        "exposures.back",
    ]
    assert (len(bench.written()), bench.counted("written"), bench.counted("dropped")) == (5, 5, 2)
    assert "ann" not in caplog.text.replace("cannot", "")


def test_what_cannot_be_written_at_the_end_is_counted(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1_000)
    bench = Bench(tmp_path)
    bench.add(listed(), 3)
    bench.recorder.flush()
    bench.recorder.close()
    assert bench.counted("dropped") == 3


def test_another_log_gets_the_lists_anew(bench: Bench) -> None:
    one = listed()
    bench.add(one)
    bench.recorder.flush()
    bench.recorder._failed("gone")
    for file in bench.folder.glob(f"{FILE}*"):
        file.unlink()
    bench.add(one)
    bench.recorder.flush()
    bench.recorder.close()
    assert len(bench.written()) == 1


def test_others_who_write_are_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bench, one = Bench(tmp_path, "[store]\ntimeout = 0.05"), listed()
    bench.add(one)
    bench.recorder.flush()
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    bench.add(one)
    bench.recorder.flush()
    assert bench.recorder.waiting == 1
    other.execute("ROLLBACK")
    other.close()
    bench.recorder.flush()
    bench.recorder.close()
    assert (len(bench.written()), bench.counted("dropped")) == (2, 0)
    assert "away" not in caplog.text


def test_what_waits_is_written_in_groups(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "_GROUP", 4)
    monkeypatch.setattr(recorder, "_WEIGHT", 6)
    bench.add(listed(), 9)
    bench.add(listed(shown=40), 3)
    bench.recorder.flush()
    bench.recorder.close()
    with sqlite3.connect(bench.folder / FILE) as database:
        sizes = database.execute("SELECT answers FROM esnaf_exposures ORDER BY sequence").fetchall()
    database.close()
    assert [size for (size,) in sizes] == [4, 4, 3, 1]
    assert bench.counted("written") == 12


def test_old_ones_go_while_new_ones_come(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "[exposures]\nkeep_days = 2")
    bench.add(listed(), 3, time=NOW - 3 * DAY)
    bench.recorder.flush()
    bench.recorder._trim_at = 0.0
    bench.add(listed(), 2, time=NOW - DAY)
    bench.recorder.flush()
    bench.recorder.close()
    assert bench.written() == [NOW - DAY] * 2
