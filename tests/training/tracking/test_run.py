"""What a run leaves behind."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from mlflow.exceptions import MlflowException

from training.evaluation.protocol import Report
from training.tracking.registry import Registry
from training.tracking.run import Tracked, TrainedRun, params, track
from training.tracking.store import Store, TrackingError


def test_every_figure_is_logged(origin: tuple[Path, Tracked], workspace: Path, report: Report) -> None:
    metrics = Store.of(workspace).open().get_run(origin[1].run_id).data.metrics
    assert report.metrics.items() <= metrics.items()
    others = {"time/fit_ranker_s": 1.5, "rejects/no_customer": 3.0, "memory/peak_mb": 321.0}
    assert others.items() <= metrics.items()


def test_settings_and_origin_are_logged(origin: tuple[Path, Tracked], workspace: Path) -> None:
    run = Store.of(workspace).open().get_run(origin[1].run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["ranker.trees"] == "5"
    assert run.data.params["shop.name"] == "corner"
    wanted = {"data_fingerprint": "f00d", "config_digest": "c0ffee", "seed": "1", "registered_version": "1"}
    assert wanted.items() <= run.data.tags.items()
    assert run.data.tags["data_window"].startswith("2024-01-01T10:00:00..2024-06-")


def test_the_note_compares_and_says_which_bundle_was_measured(origin: tuple[Path, Tracked], workspace: Path) -> None:
    note = Store.of(workspace).open().get_run(origin[1].run_id).data.tags["mlflow.note.content"]
    assert "| **model** |" in note
    assert "| decay |" in note
    assert "`bundles/measured`" in note
    assert "Version 1 is the same recipe" in note
    assert "**Warning:** only a small shop" in note


def test_figures_bundles_and_customers_are_artifacts(origin: tuple[Path, Tracked], workspace: Path) -> None:
    folder = workspace / "mlruns" / "artifacts" / origin[1].run_id / "artifacts"
    assert {file.name for file in (folder / "figures").iterdir()} == {
        "metric_at_k.png",
        "by_activity.png",
        "calibration.png",
        "popularity.png",
    }
    assert (folder / "bundles" / "measured" / "manifest.json").exists()
    assert json.loads((folder / "config.json").read_text())["ranker.trees"] == "5"
    customers = np.load(folder / "customers.npz")
    assert len(customers["model/all/ndcg_at_20"]) == len(customers["customer"])


def test_headlines_stand_beside_the_model(origin: tuple[Path, Tracked], workspace: Path, report: Report) -> None:
    client = Store.of(workspace).open()
    (experiment,) = (e.experiment_id for e in client.search_experiments() if e.name == "corner")
    (model,) = client.search_logged_models([experiment])
    assert model.metrics is not None
    assert {m.key: m.value for m in model.metrics}["test/ndcg_at_20"] == report.metrics["test/ndcg_at_20"]


def test_a_run_without_a_measurement_is_registered_and_says_so(bare: TrainedRun, workspace: Path) -> None:
    client = Store.of(workspace).open()
    tracked = track(bare, Store.of(workspace), client)
    logged = client.get_run(tracked.run_id)
    assert tracked.version == "2"
    assert logged.data.tags["mlflow.note.content"].startswith("Not measured")
    assert "bundle_measured" not in logged.data.tags


def test_a_run_that_breaks_off_is_marked_failed(bare: TrainedRun, workspace: Path, tmp_path: Path) -> None:
    client = Store.of(workspace).open()
    broken = replace(bare, shop="broken", files={"rejects": tmp_path / "absent.parquet"})
    with pytest.raises(OSError, match="absent"):
        track(broken, Store.of(workspace), client)
    experiment = client.get_experiment_by_name("broken")
    assert experiment is not None
    assert [r.info.status for r in client.search_runs([experiment.experiment_id])] == ["FAILED"]


def test_what_breaks_off_is_no_version_and_leaves_no_copy_of_a_bundle(
    run: TrainedRun, workspace: Path, tmp_path: Path
) -> None:
    """The last thing of all is the registration, so a run that is not whole has no version."""
    store = Store.of(workspace)
    client, artifacts = store.open(), workspace / "mlruns" / "artifacts"
    before = {path.parent for path in artifacts.rglob("manifest.json")}
    with pytest.raises(OSError, match="absent"):
        track(replace(run, files={"rejects": tmp_path / "absent.parquet"}), store, client)
    registry = Registry.of(client, "corner")
    assert [version.number for version in registry.versions()] == ["1"]
    assert {path.parent for path in artifacts.rglob("manifest.json")} == before
    assert [path for path in (artifacts / "models").iterdir() if not any(path.iterdir())] == []
    assert registry.next_number() == "2"


def test_a_server_that_does_not_answer_is_told(
    bare: TrainedRun, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Store.of(workspace).open()

    def locked(*_: object, **__: object) -> None:
        raise MlflowException("database is locked\nand more")

    monkeypatch.setattr(client, "log_batch", locked)
    with pytest.raises(TrackingError, match=r"the tracking store failed \(database is locked\)"):
        track(bare, Store.of(workspace), client)
    assert len(Registry.of(client, "corner").versions()) == 1


@dataclass(frozen=True)
class Inner:
    size: int = 2


@dataclass(frozen=True)
class Outer:
    inner: Inner = Inner()
    names: tuple[str, ...] = ("a", "b")


def test_parameters_are_flat() -> None:
    assert params({"pool": Outer(), "seed": 1}) == {
        "pool.inner.size": "2",
        "pool.names": "('a', 'b')",
        "seed": "1",
    }


def test_parameters_are_cut_to_what_mlflow_takes() -> None:
    assert len(params({"long": "x" * 7_000})["long"]) == 6_000
