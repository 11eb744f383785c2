"""What the embedded store alone has to heed."""

import sqlite3
import subprocess
import sys
from pathlib import Path

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
