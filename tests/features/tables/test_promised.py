"""A promised file is there when its name is asked for, or is nowhere."""

from pathlib import Path

import pytest

from features.tables.promised import Promised


def test_it_is_written_when_its_name_is_asked_for(tmp_path: Path) -> None:
    promised = Promised.of(tmp_path / "a", lambda path: path.write_text("whole"))
    assert promised.name() == "a"
    assert (tmp_path / "a").read_text() == "whole"


def test_what_cannot_be_written_is_told_and_not_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def half(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    with caplog.at_level("WARNING", logger="esnaf"):
        assert Promised.of(tmp_path / "a", half).name() == ""
    assert not (tmp_path / "a").exists()
    assert "No space left" in caplog.text
