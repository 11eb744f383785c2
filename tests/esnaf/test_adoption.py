"""A champion chosen in MLflow is taken over; a workspace without MLflow is left as it is."""

import json
import shutil
from pathlib import Path

import pytest

from esnaf.adoption import adopt, registry_of
from esnaf.arguments import invoke
from esnaf.cli import main
from esnaf.workspace import Workspace

FEW = """
[pool]
generators = ["repurchase", "popular"]
[training]
figures = false
windows = 1
[ranker]
trees = 5
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two versions, the second one serving."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "esnaf.toml").write_text(FEW)
    invoke("simulate", str(folder / "data"), "--customers=150", "--products=100", "--days=100")
    for _ in range(2):
        invoke("train", "--data", str(folder / "data"), "--workspace", str(folder))
    return folder


@pytest.fixture
def workspace(trained: Path, tmp_path: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(trained, tmp_path / "shop")))


def test_without_mlflow_nothing_is_made(tmp_path: Path) -> None:
    assert adopt(Workspace(tmp_path)) == "nothing registered yet"
    assert list(tmp_path.iterdir()) == []


def test_a_moved_alias_is_taken_over_with_its_bundle(workspace: Workspace) -> None:
    assert "version 2 is champion, and serves" in adopt(workspace)
    registry = registry_of(workspace)
    assert registry is not None
    registry.point("champion", "1")
    shutil.rmtree(workspace.bundles / "1")
    assert adopt(workspace).endswith("version 1 serves now instead of 2")
    assert workspace.model().version == "1"
    assert sorted(path.name for path in workspace.bundles.iterdir()) == ["1", "2"]
    assert "version 1 is champion, and serves" in adopt(workspace)


def test_models_lists_what_is_registered(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json", "--workspace", str(workspace.path)]) == 0
    versions = json.loads(capsys.readouterr().out)["versions"]
    assert [(v["version"], v["serving"], v["aliases"]) for v in versions] == [
        ("2", True, ["champion"]),
        ("1", False, []),
    ]
    assert main(["models", "--workspace", str(workspace.path)]) == 0
    assert "serves" in capsys.readouterr().out


def test_models_before_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--workspace", str(tmp_path)]) == 0
    assert "esnaf train" in capsys.readouterr().out
