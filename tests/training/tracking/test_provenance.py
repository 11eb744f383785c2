"""What a model was made from."""

import subprocess
from pathlib import Path

import pytest

from training.tracking import provenance
from training.tracking.provenance import Provenance, code_version, day


def test_tags_say_what_is_needed_to_make_it_again() -> None:
    tags = Provenance("f00d", "c0ffee", seed=3, start=0, cut=86_400 * 10, end=86_400 * 38 + 60).tags()
    assert tags["data_window"] == "1970-01-01..1970-02-08T00:01:00"
    assert tags["test_window"] == "1970-01-11..1970-02-08T00:01:00"
    assert tags["seed"] == "3"
    assert set(tags) >= {"data_fingerprint", "code_version", "config_digest"}


def test_without_a_measurement_there_is_no_test_window() -> None:
    assert Provenance("", "", seed=1, start=0, cut=None, end=1).tags()["test_window"] == "none"


def test_days_are_short_at_midnight() -> None:
    assert [day(0), day(3_600)] == ["1970-01-01", "1970-01-01T01:00:00"]


def test_a_repository_gives_its_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> None:
        own = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *own, *words], check=True, capture_output=True)

    git("init")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-m", "first")
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    clean = code_version()
    assert len(clean) == 40
    (tmp_path / "file").write_text("two")
    assert code_version() == f"{clean}-dirty"


def test_an_installation_gives_its_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    monkeypatch.setattr(provenance, "version", lambda name: f"{name} 9.9")
    assert code_version() == "esnaf 9.9"
