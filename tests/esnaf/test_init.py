"""`esnaf init` and `esnaf doctor`."""

import json
from pathlib import Path

import pytest

from esnaf.cli import main


def test_init_writes_a_file_that_doctor_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = tmp_path / "shop"
    assert main(["init", "--workspace", str(workspace)]) == 0
    capsys.readouterr()
    assert main(["doctor", "--json", "--workspace", str(workspace)]) == 0
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["esnaf.toml"]["ok"]
    assert "none yet" in checks["champion"]["detail"]


def test_init_replaces_nothing_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "esnaf.toml").write_text("mine")
    assert main(["init", "--workspace", str(tmp_path)]) == 1
    assert "--force replaces it" in capsys.readouterr().err
    assert (tmp_path / "esnaf.toml").read_text() == "mine"
    assert main(["init", "--workspace", str(tmp_path), "--force"]) == 0


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("esnaf.toml", "[nonsense]", "[nonsense]: no such section"),
        ("esnaf.toml", "[tables", "not valid TOML"),
        ("champion.json", "{", "champion.json: cannot be read"),
        ("champion.json", '{"version": "1", "bundle": "bundles/1"}', "bundles/1"),
    ],
)
def test_doctor_names_what_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, message: str
) -> None:
    (tmp_path / file).write_text(text)
    assert main(["doctor", "--workspace", str(tmp_path)]) == 1
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]
    assert len(failed) == 1
    assert message in failed[0]
