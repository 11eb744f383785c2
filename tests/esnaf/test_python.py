"""The package as a library."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import esnaf
from esnaf.arguments import invoke

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def test_the_quickstart_runs_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    invoke("simulate", "data", "--customers=200", "--products=100", "--days=120")
    exec(code[0], {})  # noqa: S102
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3", "4", "5"]
    assert all(len(line.split()) > 4 for line in lines)


def test_the_readme_shows_the_same_quickstart() -> None:
    shown = re.findall(r"```python\n.*?```", (PAGE.parents[1] / "README.md").read_text(), re.DOTALL)
    assert len(shown) == 1
    assert shown[0] in PAGE.read_text()


def test_every_public_name_is_there() -> None:
    assert all(getattr(esnaf, name) is not None for name in esnaf.__all__)
    assert sorted(esnaf.__all__) == sorted(esnaf._PUBLIC)


def test_another_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'Recomender'; it has .*Recommender"):
        _ = esnaf.Recomender


def test_importing_it_costs_nothing() -> None:
    code = "import esnaf, sys; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
