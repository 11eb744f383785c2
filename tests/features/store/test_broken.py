"""Whatever is wrong with the database: one sentence that helps, no password in it, and nothing acknowledged is lost."""

import json
import resource
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from esnaf.cli import main
from features.errors import ConfigError, StoreBusy, StoreError, StoreUnavailable
from features.settings import Settings
from features.store.address import Address
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from features.store.reader import Reader
from tests.features.store.places import Place, events

SECRET = "s3cr3t/pass"  # noqa: S105


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://root@db/shop", "'mysql' is no store that is known"),
        ("sqlite://", "a store in memory is lost with its process"),
        ("sqlite:///:memory:", "a store in memory is lost with its process"),
        (f"no url {SECRET}", "this is no SQLAlchemy URL; write sqlite:///FILE or postgresql://"),
        (f"postgresql://u:{SECRET}@h:port/x", "this is no SQLAlchemy URL"),
    ],
)
def test_an_address_that_cannot_be_one(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        LiveStore.open(tmp_path, StoreConfig(url=url))
    assert message in str(refused.value)
    assert str(refused.value).startswith("esnaf.toml: [store] url: ")
    assert SECRET not in str(refused.value)


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Address.of(StoreConfig(), tmp_path).file == tmp_path / "store.db"
    assert Address.of(StoreConfig(url="sqlite:///a/b.db"), tmp_path).file == tmp_path / "a" / "b.db"
    monkeypatch.setenv("DB_PASSWORD", "word")
    found = Address.of(StoreConfig(url="postgresql://u:$DB_PASSWORD@db/shop?sslpassword=x"), tmp_path)
    assert found.url.password == "word"  # noqa: S105
    assert found.place == "postgresql+psycopg://u@db/shop"
    monkeypatch.setenv("ESNAF_STORE", f"sqlite:///{tmp_path}/other.db")
    assert Address.of(StoreConfig(url="postgresql://db/shop"), tmp_path).file == tmp_path / "other.db"


@pytest.mark.parametrize(
    "setting", ["keep_days = -1", "queue = 10", "batch = 0", "linger_ms = -1.0", "timeout = 0.0", "url = 5", "kept = 1"]
)
def test_a_setting_that_cannot_be(setting: str) -> None:
    with pytest.raises(ConfigError, match=r"\[store\]"):
        Settings.parse(f"[store]\n{setting}\n").section("store", StoreConfig)


def test_a_server_that_does_not_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("psycopg")
    (tmp_path / "esnaf.toml").write_text('[store]\nurl = "postgresql://shop:s3cr3t@127.0.0.1:1/shop?password=s3cr3t"\n')
    file = tmp_path / "events.csv"
    file.write_text("customer_id,product_id,timestamp\nann,mug,2023-11-01\n")
    assert main(["import", str(file), "--workspace", str(tmp_path), "--json"]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["error"]["code"] == "store_unavailable"
    assert "postgresql+psycopg://shop@127.0.0.1:1/shop: cannot be used (connection" in told.err
    assert "s3cr3t" not in told.out + told.err


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"this is a text, and no database at all" * 100)
    with pytest.raises(StoreUnavailable, match=r"store.db: cannot be used \(file is not a database\)"):
        LiveStore.open(tmp_path, StoreConfig())


def test_a_folder_that_is_not_there_or_is_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"cannot be used \(No such file or directory\)"):
        LiveStore.open(tmp_path / "absent", StoreConfig())
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match=r"cannot be used \(Not a directory\)"):
        LiveStore.open(tmp_path / "file", StoreConfig())
    (tmp_path / "store.db").mkdir()
    with pytest.raises(StoreUnavailable, match=r"cannot be used \(Is a directory\)"):
        LiveStore.open(tmp_path, StoreConfig())


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    with Place(tmp_path).open() as store:
        store.append(events(1))
    assert {oct(file.stat().st_mode & 0o777) for file in tmp_path.glob("store.db*")} == {"0o600"}


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with Place(tmp_path).open() as store:
        store.append(events(1))
    config = StoreConfig(url=f"sqlite:///file:{tmp_path}/store.db?mode=ro&uri=true")
    with pytest.raises(StoreError, match="cannot be used"):
        LiveStore.open(tmp_path, config).append(events(2))


def test_others_who_write_for_too_long(place: Place) -> None:
    place = replace(place, config=replace(place.config, timeout=0.2))
    with place.open() as first, place.open() as second:
        with first.backend.writing(), pytest.raises(StoreBusy, match=r"others write|another process writes") as refused:
            second.append(events(1))
        assert refused.value.retry_after == 1
        assert second.append(events(1))[0]


def test_another_program_that_holds_the_file(tmp_path: Path) -> None:
    with Place(tmp_path, StoreConfig(timeout=0.2)).open() as store:
        other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match=r"others write at this moment \(database is locked\)"):
            store.append(events(1))
        other.execute("ROLLBACK")
        other.close()
        assert store.append(events(1))[0]


def test_a_connection_that_broke_is_made_anew(postgres: str, tmp_path: Path) -> None:
    from tests.postgres import new_schema

    with Place(tmp_path, StoreConfig(url=new_schema(postgres))).open() as store:
        store.append(events(1))
        reader = Reader(store.backend)
        assert reader.last()
        _end_sessions(postgres)
        with pytest.raises(StoreUnavailable):
            reader.last()
        assert len(reader.after(0)) == 1
        _end_sessions(postgres)
        assert store.append(events(2))[0]
        reader.close()


def _end_sessions(url: str) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'esnaf'")


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """The limit on the size of files stands for the end of the disk: writes fail the same way in SQLite."""
    with Place(tmp_path).open():
        pass
    command = [sys.executable, "-m", "tests.features.store.writer", str(tmp_path), "", "0:20000"]

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))

    ran = subprocess.run(command, capture_output=True, text=True, preexec_fn=limited, check=False, timeout=50)
    assert ran.returncode == 1
    assert "StoreUnavailable" in ran.stderr
    assert "store.db: cannot be used (" in ran.stderr
    told = ran.stdout.split()
    with Place(tmp_path).open() as store:
        reader = Reader(store.backend)
        kept = [event.event_id for event in reader.after(0, limit=100_000)]
        reader.close()
        assert store.append(events(30_000))[0]
    assert len(told) > 10
    assert set(told) <= set(kept)
    assert len(kept) == len(set(kept))
