"""A user's own generator and feature, as printed in docs/extending.md, from training to the running service."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from esnaf.process import running_service

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"


def esnaf(*words: str) -> dict[str, Any]:
    ran = subprocess.run([sys.executable, "-m", "esnaf", *words, "--json"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


@pytest.mark.service
@pytest.mark.bench
def test_a_module_beside_the_settings_is_trained_and_served(tmp_path: Path) -> None:
    page = PAGE.read_text()
    for name, language in (("mine.py", "python"), ("esnaf.toml", "toml")):
        found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
        assert found
        (tmp_path / name).write_text(found[1])
    with (tmp_path / "esnaf.toml").open("a") as settings:
        settings.write("[training]\nwindows = 1\n[ranker]\ntrees = 20\n")
    data = str(tmp_path / "data")
    esnaf("simulate", data, "--customers=100", "--products=100", "--days=120")
    trained = esnaf("train", "--data", data, "--workspace", str(tmp_path))
    assert any("bargains" in name for name in trained["metrics"])
    with (
        running_service(tmp_path, log=tmp_path / "service.log") as address,
        urllib.request.urlopen(f"{address}/v1/recommendations/nobody?n=5", timeout=30) as answer,  # noqa: S310
    ):
        assert len(json.load(answer)["items"]) == 5


def test_a_module_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "esnaf.toml").write_text('[pool]\ngenerators = ["nowhere:Mine"]')
    command = [sys.executable, "-m", "esnaf", "doctor", "--workspace", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "nowhere" in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr
