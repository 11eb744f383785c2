"""The frame of the benchmarks."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from benchmarks import harness, readme
from benchmarks.readme import Row
from benchmarks.timing import esnaf


def measure(args: Namespace) -> dict[str, float]:
    return {"rows": args.rows, "share": 1 / 3, "folder_given": float(args.data is not None)}


def with_rows(parser: ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=7)


def test_figures_are_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "results" / "own.json"
    harness.main("own", measure, add_arguments=with_rows, argv=["--json", str(file), "--data", "x"])
    assert json.loads(file.read_text()) == {"rows": 7, "share": 0.333333, "folder_given": 1.0}
    assert "share" in capsys.readouterr().out
    assert [path.name for path in file.parent.iterdir()] == ["own.json"]


def test_data_is_the_environments_unless_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    monkeypatch.delenv("ESNAF_DATA", raising=False)
    harness.main("own", measure, add_arguments=with_rows, argv=["--json", str(tmp_path / "own.json")])
    assert json.loads((tmp_path / "own.json").read_text())["folder_given"] == 0
    assert "cores" in json.loads((tmp_path / "machine.json").read_text())["machine"]
    monkeypatch.setenv("ESNAF_DATA", str(tmp_path))
    harness.main("own", measure, add_arguments=with_rows, argv=[])
    assert "1.0000" in capsys.readouterr().out.splitlines()[-1]


def test_a_command_is_measured_as_its_own_process(tmp_path: Path) -> None:
    ran = esnaf("init", "--workspace", str(tmp_path))
    assert ran.answer == {"file": str(tmp_path / "esnaf.toml")}
    assert ran.peak_mb > 5
    with pytest.raises(RuntimeError, match="ended with code 1"):
        esnaf("init", "--workspace", str(tmp_path))


def test_the_readme_is_filled_from_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.json").write_text('{"a": 0.41234, "b": 2}')
    rows = (Row("Both", "own", "{a:.3f} / {b}"), Row("Never measured", "own", "{c}"), Row("No file", "other", "{a}"))
    monkeypatch.setattr(readme, "RESULTS", tmp_path)
    monkeypatch.setattr(readme, "TABLES", {"own": rows})
    text = readme.filled("before\n<!-- table own -->\nold\n<!-- end -->\nafter")
    assert text.splitlines() == [
        "before",
        "<!-- table own -->",
        "| what | measured | made by |",
        "| --- | --- | --- |",
        "| Both | 0.412 / 2 | `python -m benchmarks.own` |",
        "<!-- end -->",
        "after",
    ]
    assert readme.filled(text) == text


def test_a_readme_that_is_not_current_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(readme, "README", tmp_path / "README.md")
    readme.README.write_text("<!-- table quality -->\n0.99\n<!-- end -->")
    monkeypatch.setattr(sys, "argv", ["readme", "--check"])
    assert readme.main() == 1
    assert "make docs" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["readme"])
    assert readme.main() == 0
    monkeypatch.setattr(sys, "argv", ["readme", "--check"])
    assert readme.main() == 0


def test_the_readme_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["readme", "--check"])
    assert readme.main() == 0
