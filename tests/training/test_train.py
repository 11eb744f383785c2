"""From tables to a registered model, in a real workspace with a real tracking store."""

import json
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from esnaf.arguments import invoke
from esnaf.cli import main
from features.arrays import DAY
from features.errors import UsageError
from serving.clock import shown_time
from tests.training.corner import NOON
from tests.training.futures import write
from training import pointer
from training.bundle import verified
from training.counting import Counting
from training.recommender import Recommender
from training.timer import Timer
from training.tracking.registry import Registry
from training.tracking.store import VARIABLE, Store

TOML = """
[training]
figures = false
shop = "corner"
horizon = 14
stride = 14
min_history = 28
windows = 2
[pool]
generators = ["repurchase", "rp3beta", "popular", "together"]
[ranker]
trees = 5
min_leaf = 5
min_positives = 5
threads = 1
"""


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A workspace in which the simulated shop was trained on once, and what the command said."""
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "data").mkdir()
    write(folder / "data")
    (folder / "esnaf.toml").write_text(TOML.replace("figures = false", "figures = true"))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        return folder, dict(invoke("train", "--data", str(folder / "data"), "--workspace", str(folder)))


@pytest.fixture
def workspace(trained: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of it to change."""
    copy = Path(shutil.copytree(trained[0], tmp_path / "copy"))
    (copy / "esnaf.toml").write_text(TOML)
    return copy


def train(workspace: Path, *words: str) -> int:
    return main(["train", "--data", str(workspace / "data"), "--workspace", str(workspace), "--quiet", *words])


def bundles(workspace: Path) -> list[str]:
    return sorted(path.name for path in (workspace / "bundles").iterdir())


def test_the_new_version_serves_and_is_registered(trained: tuple[Path, dict[str, Any]]) -> None:
    workspace, result = trained
    assert result["version"] == "1"
    assert result["warnings"] == []
    assert pointer.find(workspace).version == "1"
    pointed = json.loads((workspace / "champion.json").read_text())
    assert pointed == {"version": "1", "bundle": "bundles/1", "before": [], "alias": "1"}
    assert bundles(workspace) == ["1"]
    (version,) = Registry.of(Store.of(workspace).open(), "corner").versions()
    assert (version.number, version.aliases, version.run_id) == ("1", ("champion",), result["run_id"])


def test_it_knows_all_and_its_figures_are_those_of_a_model_that_did_not(trained: tuple[Path, dict[str, Any]]) -> None:
    workspace, result = trained
    model = Recommender.load(workspace / "bundles" / "1")
    artifacts = workspace / "mlruns" / "artifacts" / result["run_id"] / "artifacts"
    measured = verified(artifacts / "bundles" / "measured")
    assert model.time - measured["time"] == 14 * DAY
    assert model.time % DAY == 0
    assert model.history.time.max() >= measured["time"]
    assert set(measured["windows"]) < {*measured["windows"], *model.facts["windows"]}


def test_figures_have_the_names_of_the_contract(trained: tuple[Path, dict[str, Any]]) -> None:
    workspace, result = trained
    wanted = {
        "test/ndcg_at_20",
        "test/repeat/recall_at_20",
        "test/explore/recall_at_20",
        "test/ndcg_at_20_ratio_to_decay",
        "baseline/decay/ndcg_at_20",
        "baseline/popular/ndcg_at_20",
        "baseline/rp3beta/ndcg_at_20",
        "generator/any/recall",
        "data/accepted",
        "ranker/labels_found",
        "ranker/labels_lost",
        "ranker/labels_unseen",
        "memory/peak_mb",
        "time/comparison_s",
        "time/fit_ranker_s",
        "time/tracking_s",
        "time/total_s",
    }
    assert wanted <= result["metrics"].keys()
    assert not any(name.startswith("baseline/together") for name in result["metrics"])
    logged = Store.of(workspace).open().get_run(result["run_id"]).data.metrics
    assert logged == pytest.approx(result["metrics"])


def test_the_time_of_the_whole_stands_beside_the_model(trained: tuple[Path, dict[str, Any]]) -> None:
    workspace, result = trained
    client = Store.of(workspace).open()
    experiment = client.get_experiment_by_name("corner")
    assert experiment is not None
    (model,) = client.search_logged_models([experiment.experiment_id])
    beside = {metric.key: metric.value for metric in model.metrics or []}
    assert beside["time/total_s"] == pytest.approx(result["seconds"]["total"])
    assert beside["test/ndcg_at_20"] == result["metrics"]["test/ndcg_at_20"]
    note = client.get_run(result["run_id"]).data.tags["mlflow.note.content"]
    assert "Training, seconds" in note


def test_stages_tell_their_time_and_memory(trained: tuple[Path, dict[str, Any]]) -> None:
    _, result = trained
    seconds, peaks = result["seconds"], result["peak_mb"]
    assert {"read", "fit_rp3beta", "examples", "measured", "evaluation", "final", "tracking", "total"} <= set(seconds)
    assert seconds.keys() == peaks.keys()
    assert seconds["total"] >= seconds["measured"] + seconds["evaluation"] + seconds["final"]
    assert peaks["read"] <= peaks["total"] <= result["metrics"]["memory/peak_mb"]


def test_the_next_training_makes_the_next_version_and_the_same_model(
    trained: tuple[Path, dict[str, Any]], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Same data, seed and versions: the same arrays and trees, the same figures to the last digit."""
    assert train(workspace, "--json") == 0
    again = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert again["version"] == pointer.find(workspace).version == "2"
    assert bundles(workspace) == ["1", "2"]
    newest, oldest = Registry.of(Store.of(workspace).open(), "corner").versions()
    assert (newest.number, newest.aliases, oldest.aliases) == ("2", ("champion",), ())
    one, other = (verified(workspace / "bundles" / version)["files"] for version in "12")
    assert one == other
    first, second = (
        {name: value for name, value in metrics.items() if not name.startswith(("time/", "memory/", "champion/"))}
        for metrics in (trained[1]["metrics"], again["metrics"])
    )
    assert first == second
    assert again["metrics"]["champion/ndcg_at_20_difference"] == 0
    runs = workspace / "mlruns" / "artifacts"
    drawn = [(runs / run / "artifacts" / "figures").is_dir() for run in (trained[1]["run_id"], again["run_id"])]
    assert drawn == [True, False]  # as the settings say


@pytest.mark.parametrize("stage", ["_warnings", pytest.param("track", marks=pytest.mark.bench)])
def test_what_breaks_off_leaves_the_champion_and_no_litter(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """A full disk, say, after the final model was fitted or while it is logged."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"training.entry.{stage}", full)
    assert train(workspace) == 1
    assert pointer.find(workspace).version == "1"
    assert bundles(workspace) == ["1"]
    assert len(Registry.of(Store.of(workspace).open(), "corner").versions()) == 1


def test_a_store_that_cannot_be_used_is_told_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There are no tables either, which would be the next complaint."""
    (tmp_path / "mlruns").write_text("a file where the folder should be")
    assert main(["train", "--data", str(tmp_path / "none"), "--workspace", str(tmp_path), "--quiet"]) == 1
    error = capsys.readouterr().err
    assert "mlflow.db: the tracking store cannot be used" in error
    assert f"mend or move away {tmp_path / 'mlruns'}, or name a server with MLFLOW_TRACKING_URI" in error


def test_a_damaged_store_is_told_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mlruns").mkdir()
    (tmp_path / "mlruns" / "mlflow.db").write_text("this is no database, but long enough to look like one" * 40)
    assert main(["train", "--data", str(tmp_path / "none"), "--workspace", str(tmp_path), "--quiet"]) == 1
    assert "file is not a database" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        monkeypatch.setenv(VARIABLE, f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert main(["train", "--data", str(tmp_path / "none"), "--workspace", str(tmp_path), "--quiet"]) == 1
    assert f"start it, or unset {VARIABLE} to track in the workspace" in capsys.readouterr().err


@pytest.mark.bench
def test_a_store_that_is_begun_anew_takes_no_number_of_a_bundle(workspace: Path) -> None:
    """The champion keeps its bundle and its number until the new version serves."""
    before = {path.name: path.read_bytes() for path in (workspace / "bundles" / "1").iterdir() if path.is_file()}
    shutil.rmtree(workspace / "mlruns")
    assert train(workspace) == 0
    assert pointer.find(workspace).version == "2"
    assert [version.number for version in Registry.of(Store.of(workspace).open(), "corner").versions()] == ["2"]
    assert before == {p.name: p.read_bytes() for p in (workspace / "bundles" / "1").iterdir() if p.is_file()}


def test_until_ignores_what_came_after(workspace: Path) -> None:
    model = Recommender.load(workspace / "bundles" / "1")
    until = model.time - 10 * DAY
    assert train(workspace, "--until", shown_time(until)) == 0
    earlier = Recommender.load(workspace / "bundles" / "2")
    assert earlier.time == until
    assert earlier.history.time.max() < until


def test_a_shop_too_young_to_measure_is_trained_with_a_plain_warning(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("bundles", "mlruns", "ledger"):
        shutil.rmtree(workspace / folder, ignore_errors=True)
    (workspace / pointer.FILE).unlink()
    nine_days(workspace)
    assert train(workspace) == 0
    text = capsys.readouterr().out
    assert "warning: too little was bought in past windows to learn a ranking from" in text
    assert "warning: nothing was measured: the data begins on 2024-03-01T12:00:00, less than 14 days" in text
    model = Recommender.load(pointer.find(workspace).bundle)
    assert isinstance(model.order, Counting)


def test_what_cannot_be_measured_takes_no_measured_champions_place(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = pointer.find(workspace)
    nine_days(workspace)
    assert train(workspace) == 1
    assert "the gate refused: measured: nothing could be measured, while the champion was" in capsys.readouterr().out
    assert pointer.find(workspace) == before


def nine_days(workspace: Path) -> None:
    """Only customer, product and time, of nine days."""
    shutil.rmtree(workspace / "data")
    (workspace / "data").mkdir()
    rows = [f"c{i},p{i % 6},2024-03-{1 + i % 9:02}{NOON}" for i in range(60)]
    (workspace / "data" / "events.csv").write_text("\n".join(["customer_id,product_id,timestamp", *rows]))


def test_settings_and_horizons_that_make_no_sense(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(workspace, "--horizon", "0") == UsageError.exit_code
    assert "horizon = 0: must be 1 or more" in capsys.readouterr().err


def test_a_timer_adds_up_what_comes_again() -> None:
    timer = Timer()
    for _ in range(2):
        with timer.stage("a"), timer.stage("b"):
            pass
    assert timer.seconds["a"] >= timer.seconds["b"] > 0
    assert timer.peak_mb["a"] > 1
