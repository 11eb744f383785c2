"""What serves is replaced in one step."""

import os
from pathlib import Path

import pytest

from features.errors import BundleError
from training import pointer
from training.pointer import Pointer


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for version in "12":
        (tmp_path / "bundles" / version).mkdir(parents=True)
    return tmp_path


def of(workspace: Path, version: str) -> Pointer:
    return Pointer(version, workspace / "bundles" / version)


def test_it_is_read_as_written(workspace: Path) -> None:
    pointer.replace(workspace, of(workspace, "1"))
    pointer.replace(workspace, of(workspace, "2"))
    assert pointer.find(workspace) == of(workspace, "2")
    assert sorted(path.name for path in workspace.iterdir()) == ["bundles", "champion.json"]


def test_those_before_it_and_the_alias_stand_in_the_same_file(workspace: Path) -> None:
    champion = Pointer("3", workspace / "bundles" / "2", before=("2", "1"), alias="2")
    pointer.replace(workspace, champion)
    assert pointer.find(workspace) == champion


def test_a_file_that_names_no_others_is_read(workspace: Path) -> None:
    (workspace / "champion.json").write_text('{"version": 2, "bundle": "bundles/2"}')
    assert pointer.find(workspace) == of(workspace, "2")


def test_the_workspace_may_be_moved(workspace: Path) -> None:
    pointer.replace(workspace, of(workspace, "1"))
    moved = workspace.rename(workspace.with_name("elsewhere"))
    assert pointer.find(moved) == of(moved, "1")


def test_a_crash_while_writing_leaves_the_old_one(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pointer.replace(workspace, of(workspace, "1"))

    def fail(_: int) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="disk full"):
            pointer.replace(workspace, of(workspace, "2"))
    assert pointer.find(workspace) == of(workspace, "1")
    assert sorted(path.name for path in workspace.iterdir()) == ["bundles", "champion.json"]


def test_what_a_killed_one_left_is_cleared(workspace: Path) -> None:
    (workspace / ".champion.json-4711").write_text('{"version"')
    pointer.replace(workspace, of(workspace, "1"))
    assert sorted(path.name for path in workspace.iterdir()) == ["bundles", "champion.json"]


def test_without_a_model(workspace: Path) -> None:
    with pytest.raises(BundleError, match=r"no model in .*; `esnaf train --data DIR` makes one"):
        pointer.find(workspace)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": "1"}', "null"])
def test_a_damaged_file_is_one_sentence(workspace: Path, text: str) -> None:
    (workspace / "champion.json").write_text(text)
    with pytest.raises(BundleError, match=r"champion\.json: cannot be read"):
        pointer.find(workspace)


def test_a_bundle_that_is_gone(workspace: Path) -> None:
    pointer.replace(workspace, of(workspace, "1"))
    (workspace / "bundles" / "1").rmdir()
    with pytest.raises(BundleError, match="which is not there"):
        pointer.find(workspace)
    assert pointer.read(workspace).version == "1"
