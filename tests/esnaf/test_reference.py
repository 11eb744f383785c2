"""The generated pages are current and whole."""

import sys
from pathlib import Path

import pytest

from esnaf import commands, reference
from esnaf.sections import sections


def test_the_pages_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["reference", "--check"])
    assert reference.main() == 0


def test_every_verb_and_section_is_there() -> None:
    commands_page, settings_page = reference.cli_page(), reference.settings_page()
    assert all(f"\n## {verb}\n" in commands_page for verb in commands.VERBS)
    assert all(f"\n## [{name}]\n" in settings_page for name in sections())


def test_every_argument_says_what_it_is() -> None:
    rows = [line for line in reference.cli_page().splitlines() if line.startswith("| `")]
    assert rows
    assert [row for row in rows if row.endswith("|  |")] == []


def test_a_page_that_is_not_current_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reference, "DOCS", tmp_path)
    monkeypatch.setattr(sys, "argv", ["reference"])
    assert reference.main() == 0
    (tmp_path / "cli.md").write_text("old")
    monkeypatch.setattr(sys, "argv", ["reference", "--check"])
    assert reference.main() == 1
    assert capsys.readouterr().err == "docs/cli.md is not current: run `make docs`\n"
