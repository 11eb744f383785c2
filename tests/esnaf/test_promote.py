"""`promote`, `rollback` and `models`, as they are called."""

import json
import shutil
from pathlib import Path

import pytest

from esnaf.adoption import registry_of
from esnaf.arguments import invoke
from esnaf.cli import main
from esnaf.workspace import Workspace
from features.errors import BundleError

FEW = """
[pool]
generators = ["repurchase", "popular"]
[training]
figures = false
windows = 1
[ranker]
trees = 5
[bundles]
keep = 1
grace_s = 0
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with three versions; the bundle of the first was cleared away when the third was made."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "esnaf.toml").write_text(FEW)
    invoke("simulate", str(folder / "data"), "--customers=150", "--products=100", "--days=100")
    for until in ("2025-12-20", "2025-12-25", "2026-01-01"):
        invoke("train", "--data", str(folder / "data"), "--workspace", str(folder), "--until", until)
    return folder


@pytest.fixture
def workspace(trained: Path, tmp_path: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(trained, tmp_path / "shop")))


def answer(capsys: pytest.CaptureFixture[str], *words: str, workspace: Workspace) -> tuple[int, dict[str, object]]:
    """The exit code, and what was printed for machines."""
    code = main([*words, "--json", "--workspace", str(workspace.path)])
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_training_keeps_the_line_of_champions_and_clears_up(workspace: Workspace) -> None:
    assert (workspace.model().version, workspace.model().before) == ("3", ("2", "1"))
    assert sorted(path.name for path in workspace.bundles.iterdir()) == ["2", "3"]


def test_rollback_and_promote(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "rollback", workspace=workspace) == (
        0,
        {"version": "2", "previous": "3", "removed": [], "warning": None, "changed": True},
    )
    registry = registry_of(workspace)
    assert registry is not None
    assert registry.get("champion").number == workspace.model().version == "2"
    assert main(["promote", "3", "--workspace", str(workspace.path)]) == 0
    assert "version 3 serves now instead of 2" in capsys.readouterr().out
    assert main(["promote", "3", "--workspace", str(workspace.path)]) == 0
    assert "version 3 serves already" in capsys.readouterr().out


def test_a_bundle_that_was_cleared_away_comes_back(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rollback", "1", "--workspace", str(workspace.path)]) == 0
    text = capsys.readouterr().out
    assert "version 1 serves now instead of 3" in text
    assert "cleared away: the bundles of 2; MLflow keeps them" in text
    assert workspace.model().bundle.is_dir()
    shutil.rmtree(workspace.bundles)
    assert workspace.model("3").bundle.is_dir()  # as `recommend --model 3` would want it


@pytest.mark.parametrize(
    ("words", "code", "name", "message"),
    [
        (["promote", "9"], 1, "unknown_version_error", "no version '9' of shop-recommender; there are: 1, 2, 3"),
        (["rollback", "../3"], 1, "unknown_version_error", "no version '../3' of shop-recommender"),
        (["promote"], 2, "usage_error", "the following arguments are required: VERSION"),
        (["models", "-n", "0"], 2, "usage_error", "-n 0: must be 1 or more"),
    ],
)
def test_what_cannot_be_is_told(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], words: list[str], code: int, name: str, message: str
) -> None:
    ended, said = answer(capsys, *words, workspace=workspace)
    error = said["error"]
    assert isinstance(error, dict)
    assert (ended, error["code"]) == (code, name)
    assert message in error["message"]
    assert workspace.model().version == "3"


def test_the_first_champion_has_none_before_it(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["rollback", "--workspace", str(workspace.path)]) == 0
    assert workspace.model().version == "1"
    assert answer(capsys, "rollback", workspace=workspace)[0] == 1
    assert workspace.model().version == "1"


def test_with_mlflow_away_what_is_here_can_serve(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
        assert main(["rollback", "--workspace", str(workspace.path)]) == 0
        text = capsys.readouterr().out
        assert "version 2 serves now instead of 3" in text
        assert "warning: the alias in MLflow could not follow: http://127.0.0.1:9: the tracking store" in text
        assert main(["models", "--workspace", str(workspace.path)]) == 1
    assert main(["doctor", "--workspace", str(workspace.path)]) == 0
    assert "shop-recommender version 2 is champion, and serves" in capsys.readouterr().out
    registry = registry_of(workspace)
    assert registry is not None
    assert registry.get("champion").number == "2"


def test_models_shows_windows_figures_and_who_serves(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    registry = registry_of(workspace)
    assert registry is not None
    registry.point("challenger", "2")
    _, found = answer(capsys, "models", "-n", "2", workspace=workspace)
    assert (found["model"], found["registered"]) == ("shop-recommender", 3)
    rows = found["versions"]
    assert isinstance(rows, list)
    newest, older = rows
    assert (newest["version"], newest["serving"], newest["aliases"]) == ("3", True, ["champion"])
    assert newest["champion_since"]
    assert newest["data_window"].endswith("..2026-01-01")
    assert newest["test_window"] == "2025-12-04..2026-01-01"
    assert 0 < newest["ndcg_at_20"] < 1
    assert newest["explore_recall_at_20"] is not None
    assert (older["version"], older["serving"], older["aliases"]) == ("2", False, ["challenger"])
    assert main(["models", "--workspace", str(workspace.path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["version", "trained"]
    assert "serves, champion" in lines[2]
    assert [line.split()[-1] for line in lines[2:]] == ["here", "here", "MLflow"]
    assert main(["models", "-n", "1", "--workspace", str(workspace.path)]) == 0
    assert "and 2 older ones; -n lists more" in capsys.readouterr().out


def test_a_damaged_bundle_is_refused(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    file = workspace.model("2").bundle / "market" / "sold.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"\xff")
    assert main(["rollback", "--workspace", str(workspace.path)]) == BundleError.exit_code
    assert "sold.npy: is damaged" in capsys.readouterr().err
    assert workspace.model().version == "3"
