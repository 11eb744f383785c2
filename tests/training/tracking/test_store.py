"""The tracking store of a workspace."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from training.tracking.registry import Registry
from training.tracking.run import Tracked
from training.tracking.store import VARIABLE, Store, TrackingError, current

OPEN = """
import sys
from pathlib import Path
from training.tracking.store import Store
store = Store.of(Path(sys.argv[1]))
print(store.experiment(store.open(), "corner"))
"""


def test_it_lies_in_the_workspace(tmp_path: Path) -> None:
    store = Store.of(tmp_path)
    assert store.uri == f"sqlite:///{tmp_path}/mlruns/mlflow.db"
    assert store.command == f"mlflow ui --backend-store-uri {store.uri}"


def test_a_server_named_by_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:5000")
    store = Store.of(tmp_path)
    assert store == Store("http://127.0.0.1:5000", None)
    assert "127.0.0.1:5000" in store.command


@pytest.mark.bench
def test_several_processes_may_open_a_new_one_at_once_and_say_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert set(ended) == {("1\n", "")}


def test_several_new_ones_may_be_opened_at_once(tmp_path: Path) -> None:
    """As by a training that ended early, whose store is still being made, and the next one."""
    opening = [Store.of(tmp_path / name).open_soon() for name in "ab"]
    assert all(future.result(timeout=120).search_experiments() for future in opening)


def test_it_can_be_opened_in_the_background(workspace: Path) -> None:
    client = Store.of(workspace).open_soon().result(timeout=120)
    assert [e.name for e in client.search_experiments()] == ["corner", "Default"]


def test_a_place_that_cannot_hold_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "mlruns").write_text("a file")
    with pytest.raises(TrackingError, match=r"mlruns/mlflow\.db: the tracking store cannot be used"):
        Store.of(tmp_path).open()


def test_one_that_was_killed_while_it_was_made_is_begun_anew(tmp_path: Path) -> None:
    store = Store.of(tmp_path)
    (tmp_path / "mlruns").mkdir()
    for name in (".mlflow.db-new", ".mlflow.db-new-journal"):
        (tmp_path / "mlruns" / name).write_bytes(b"half of it")
    (tmp_path / "mlruns" / "mlflow.db").touch()
    before = store.made
    assert store.open().search_experiments()
    assert (before, store.made) == (False, True)
    assert sorted(path.name for path in (tmp_path / "mlruns").iterdir()) == [".lock", "mlflow.db"]


def test_looking_for_one_makes_none(tmp_path: Path) -> None:
    store = Store.of(tmp_path)
    store.check()
    with pytest.raises(TrackingError, match="is gone; bring it back, or begin a new one with `esnaf train`"):
        store.check(made=True)
    assert not (tmp_path / "mlruns" / "mlflow.db").exists()


def test_one_that_somebody_has_to_himself_is_told(workspace: Path) -> None:
    store = Store.of(workspace)
    store.open()
    with closing(sqlite3.connect(workspace / "mlruns" / "mlflow.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(TrackingError, match=r"database is locked\); another process has it to itself; try again"):
            store.check()
    store.check()


def test_a_deleted_experiment_is_taken_up_again(workspace: Path) -> None:
    store = Store.of(workspace)
    client = store.open()
    before = store.experiment(client, "corner")
    client.delete_experiment(before)
    assert store.experiment(client, "corner") == before
    assert client.get_experiment(before).lifecycle_stage == "active"


def test_a_copied_workspace_has_its_own_artifacts(
    origin: tuple[Path, Tracked], workspace: Path, tmp_path: Path
) -> None:
    store = Store.of(workspace)
    client = store.open()
    here = (workspace / "mlruns" / "artifacts").as_uri()
    experiment = client.get_experiment_by_name("corner")
    assert experiment is not None
    assert experiment.artifact_location == here
    assert client.get_run(origin[1].run_id).info.artifact_uri.startswith(here)
    (workspace / "mlruns" / "artifacts" / origin[1].run_id / "artifacts" / "metrics.json").unlink()
    assert "metrics.json" not in {file.path for file in client.list_artifacts(origin[1].run_id)}
    assert (Registry.of(client, "corner").download("1", tmp_path / "copy") / "manifest.json").exists()


def test_one_that_was_brought_back_is_another_file(workspace: Path) -> None:
    """As in a process that watches, while a backup is put in the place of the database."""
    store, database = Store.of(workspace), workspace / "mlruns" / "mlflow.db"
    backup = database.with_name("backup")
    shutil.copy(database, backup)
    client = store.open()
    client.create_experiment("after the backup")
    backup.replace(database)
    client = store.open()
    assert client.get_experiment_by_name("after the backup") is None
    client.create_experiment("in the backup")
    with closing(sqlite3.connect(database)) as file:
        assert ("in the backup",) in file.execute("SELECT name FROM experiments").fetchall()


def test_the_current_store_is_put_back(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow

    client = Store.of(workspace).open()
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:1")
    with current(client):
        assert mlflow.get_tracking_uri() == client.tracking_uri
    assert os.environ[VARIABLE] == "http://127.0.0.1:1"
    assert mlflow.get_tracking_uri() != client.tracking_uri
