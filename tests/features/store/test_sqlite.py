"""What the embedded store alone has to heed."""

import logging
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from tests.features.store.places import Place, events

LOOKS = """
import sqlite3, sys
one = sqlite3.connect(sys.argv[1])
print(*one.execute("SELECT 1 FROM sqlite_master").fetchone())
one.close()
"""


def test_who_opens_the_store_again_leaves_the_locks_of_the_first(tmp_path: Path) -> None:
    """Without them another process, taking itself for the last one, clears away the log that is written to."""
    place = Place(tmp_path)
    with place.open() as store:
        store.append(events(1))
        with place.open() as again:
            again.check()
        log = tmp_path / "store.db-wal"
        before = log.stat().st_ino
        command = [sys.executable, "-c", LOOKS, str(tmp_path / "store.db")]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1\n"
        assert log.stat().st_ino == before
        store.append(events(2))
        with sqlite3.connect(tmp_path / "store.db") as other:
            assert other.execute("SELECT count(*) FROM esnaf_events").fetchone() == (2,)
        other.close()


def test_a_log_that_cannot_be_emptied_since_somebody_reads_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place, file = Place(tmp_path, StoreConfig(timeout=0.2)), tmp_path / "store.db"

    def tidied(store: LiveStore) -> bool:
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="esnaf"), store.backend.reading() as connection:
            store.backend.tidy(connection)
        return "store.log_kept" not in caplog.text

    with place.open() as store, closing(sqlite3.connect(file, isolation_level=None)) as other:
        store.append(events(1))
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM esnaf_events").fetchone()
        store.append(events(2))
        assert not tidied(store)
        other.execute("COMMIT")
        assert tidied(store)
        assert (tmp_path / "store.db-wal").stat().st_size == 0
