"""`esnaf tune` as it is used: it finds what the settings hide, trains with it, and survives being stopped."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from esnaf.arguments import invoke
from esnaf.cli import main
from features.settings import Settings
from tests.training.contenders import write
from training import pointer
from training.config import FeaturesConfig
from training.configuration import configuration
from training.recommender import Recommender
from training.tracking.store import VARIABLE, Store

HIDING = """
[training]
figures = false
shop = "corner"
windows = 1
min_history = 28
[pool]
generators = ["repurchase", "popular"]
[features]
exclude = ["history", "rhythm", "repurchase_score", "repurchase_rank"]
[ranker]
trees = 10
min_leaf = 20
threads = 1
[tune]
cuts = 2
trials = 8
seeds = 1
[tune.space]
generators = []
features = ["history"]
training = {}
pool = {}
candidates = {}
ranker = { trees = [5, 10, 20, 30], leaves = [7, 15, 31, 63] }
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("tables") / "data")


@pytest.fixture(autouse=True, scope="module")
def _no_server() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        yield


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "esnaf.toml").write_text(HIDING)
    return folder


def words(workspace: Path, data: Path, *more: str) -> list[str]:
    return ["tune", "--workspace", str(workspace), "--data", str(data), *more]


def trials(workspace: Path) -> list[Any]:
    storage = f"sqlite:///{workspace / 'tune' / 'studies.db'}"
    (name,) = optuna.get_all_study_names(storage)
    return optuna.load_study(study_name=name, storage=storage).trials


@pytest.fixture(scope="module")
def killed(workspace: Path, data: Path) -> list[tuple[int, Any, float | None]]:
    """The complete trials of a process that was killed while it tried another."""
    command = [sys.executable, "-m", "esnaf", *words(workspace, data, "--trials=500", "--no-train")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}) as run:
        assert run.stderr is not None
        for line in run.stderr:
            if "tune.trial number=1 " in line:
                break
        run.kill()
    assert run.wait() == -signal.SIGKILL
    return complete(workspace)


@pytest.fixture(scope="module")
def interrupted(workspace: Path, data: Path, killed: list[Any]) -> dict[str, Any]:
    """The same study taken up again, and asked to end after another trial."""

    def end() -> None:
        while len(complete(workspace)) <= len(killed):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    watching = threading.Thread(target=end, daemon=True)
    watching.start()
    answer = dict(invoke(*words(workspace, data, "--trials=500", "--minutes=0.5")))
    watching.join()
    return answer


def complete(workspace: Path) -> list[tuple[int, Any, float | None]]:
    return [(t.number, t.params, t.value) for t in trials(workspace) if t.state == TrialState.COMPLETE]


@pytest.mark.bench
def test_after_sigkill_the_study_goes_on_from_where_it_was(
    workspace: Path, killed: list[Any], interrupted: dict[str, Any]
) -> None:
    found = complete(workspace)
    assert killed[0][0] == 0
    assert found[: len(killed)] == killed
    assert len(found) > len(killed)
    assert not any(t.state == TrialState.RUNNING for t in trials(workspace))
    assert sum(params == killed[0][1] for _, params, _ in found) == 1  # the current settings


@pytest.mark.bench
def test_sigterm_ends_it_with_what_was_found(workspace: Path, interrupted: dict[str, Any]) -> None:
    assert interrupted["interrupted"]
    assert interrupted["trials"]["complete"] == len(complete(workspace))
    assert "version" not in interrupted
    assert Path(interrupted["file"]).exists()
    client = Store.of(workspace).open()
    parent = client.get_run(interrupted["run_id"]).info
    assert parent.status == "KILLED"
    states = {run.info.status for run in client.search_runs([parent.experiment_id])}
    assert "RUNNING" not in states  # not even the run of the trial that was killed


@pytest.fixture(scope="module")
def finished(workspace: Path, data: Path, interrupted: dict[str, Any]) -> dict[str, Any]:
    """The same study let come to its end, and the challenger trained."""
    before = len([t for t in trials(workspace) if t.state in {TrialState.COMPLETE, TrialState.PRUNED}])
    return dict(invoke(*words(workspace, data, f"--trials={before + 8}")))


@pytest.mark.bench
def test_it_finds_the_features_that_the_settings_hide(workspace: Path, finished: dict[str, Any]) -> None:
    assert finished["improved"]
    assert finished["confirmed"]
    assert 0.002 < finished["gain"]["low"] < finished["gain"]["mean"] < finished["gain"]["high"]
    assert finished["changes"]["features.history"] == {"from": False, "to": True}
    settings = Settings.read(workspace / "tuned.toml")
    assert "history" not in settings.section("features", FeaturesConfig).exclude
    assert (workspace / "esnaf.toml").read_text() == HIDING


@pytest.mark.bench
def test_the_best_is_trained_as_any_model_is(workspace: Path, finished: dict[str, Any]) -> None:
    client = Store.of(workspace).open()
    (version,) = client.search_model_versions("name = 'corner-recommender'")
    assert str(version.version) == finished["version"] == pointer.find(workspace).version
    params = client.get_run(str(version.run_id)).data.params
    tuned = configuration(Settings.read(workspace / "tuned.toml"))
    assert params["ranker.trees"] == str(tuned["ranker"]["trees"])
    assert params["features.exclude"] == str(tuned["features"]["exclude"])
    assert "pair_recency" in Recommender.load(workspace / "bundles" / "1").order.names


@pytest.mark.bench
def test_for_people(workspace: Path, data: Path, finished: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words(workspace, data, "--no-train", "--trials=1", "--quiet")) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "features.history  " in captured.out
    assert finished["text"] in captured.out
    assert "tuned.toml" in captured.out


def test_the_space_is_shown_with_narrowed_lines(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tune", "--space", "--workspace", str(workspace)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == [
        "features.history",
        "ranker.trees",
        "ranker.leaves",
    ]
    assert "10, 5, 20, 30" in lines[3] or "5, 10, 20, 30" in lines[3]
    assert lines[3].endswith("the ranker")


@pytest.mark.parametrize(
    ("more", "settings", "code", "message"),
    [
        (["--minutes", "0"], "", 2, "minutes = 0.0: must be above 0"),
        (["--trials", "0"], "", 2, "trials = 0: must be 1 or more"),
        (["--until", "2024-02-20"], "", 1, "too little happened before"),
        ([], "[tune.space]\nranker = { tree = [5] }", 2, "[tune.space] ranker.tree: cannot be tuned"),
        ([], "[tune]\ncut = 3", 2, "[tune] cut: no such setting; did you mean 'cuts'?"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    tmp_path: Path,
    data: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    more: list[str],
    settings: str,
    code: int,
    message: str,
) -> None:
    (tmp_path / "esnaf.toml").write_text(settings)
    assert main([*words(tmp_path, data, "--quiet"), *more]) == code
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
