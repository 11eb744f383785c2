"""`bentoml build` gives a bento that starts and answers by itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from esnaf.process import running
from serving import environment
from tests.serving.patient import PATIENCE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def built(workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The tag of a bento made of the code and a workspace's model, in a store of its own."""
    monkeypatch.setenv("BENTOML_HOME", str(tmp_path / "bentoml"))
    monkeypatch.delenv(environment.WORKSPACE, raising=False)
    context = tmp_path / "context"
    for room in ("features", "training", "serving"):
        shutil.copytree(ROOT / room, context / room)
    for name in ("champion.json", "bundles"):
        (shutil.copytree if (workspace / name).is_dir() else shutil.copy)(workspace / name, context / name)
    shutil.copy(ROOT / "bentofile.yaml", context)
    command = [sys.executable, "-m", "bentoml", "build", "--output", "tag"]
    done = subprocess.run(command, cwd=context, capture_output=True, text=True, check=True, env=_alone())
    shutil.rmtree(context)
    return done.stdout.strip().removeprefix("__tag__:")


def _alone() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@pytest.mark.service
def test_a_bento_starts_and_answers(built: str, tmp_path: Path, known: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = [sys.executable, "-m", "bentoml", "serve", built, "--host", "127.0.0.1"]
    with running(command, log=tmp_path / "service.log") as service:
        answer = httpx.get(f"{service.address}/v1/recommendations/{known}?n=4", timeout=PATIENCE).json()
        where = Path(f"/proc/{service.pid}")
        assert where.exists()
    assert len(answer["items"]) == 4
    assert answer["model_version"] == "3"
