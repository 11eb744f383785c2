"""docs/identity.md: its example runs, and its table of kinds is that of the code."""

import re
from pathlib import Path

import pytest

from features.identity.config import CUSTOMER, DEFAULTS, OTHER, IdentityConfig
from features.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "identity.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ESNAF_STORE", raising=False)
    (example,) = blocks("python")
    exec(compile(example, "docs/identity.md", "exec"), {})  # noqa: S102  # our own page


def test_the_settings_can_be_used() -> None:
    (example,) = blocks("toml")
    config = Settings.parse(example).section("identity", IdentityConfig)
    assert config.kind("club_number").owners == 2
    assert config.kind("email").blocks("x@resellers.example")


def test_kinds_are_those_of_the_code() -> None:
    for kind in (*DEFAULTS, OTHER):
        if kind.name != CUSTOMER:
            name = f"`{kind.name}`" if kind.name else "any other"
            personal = "yes" if kind.personal else "no"
            assert f"| {name} | {kind.priority} | {kind.limit} | {kind.owners} | {kind.way} | {personal} |" in PAGE
