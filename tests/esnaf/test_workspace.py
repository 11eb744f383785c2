"""The folder of a shop."""

import os
from pathlib import Path

import pytest

from esnaf.workspace import Workspace
from features.errors import BundleError, ConfigError, UsageError
from training import pointer


def test_the_champion_is_what_the_pointer_names(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for version in "12":
        (workspace.bundles / version).mkdir(parents=True)
        pointer.replace(tmp_path, workspace.model(version))
        assert workspace.model() == workspace.model(version)


def test_a_version_that_is_asked_for_has_a_new_grace(tmp_path: Path) -> None:
    folder = tmp_path / "bundles" / "1"
    folder.mkdir(parents=True)
    os.utime(folder, (0, 0))
    Workspace(tmp_path).model("1")
    assert folder.stat().st_mtime > 0


def test_a_version_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no model version '4' in .*; `esnaf models` lists them"):
        Workspace(tmp_path).model("4")
    with pytest.raises(BundleError, match=r"no model version '\.\./esnaf'"):
        Workspace(tmp_path).model("../esnaf")
    with pytest.raises(BundleError, match="no model in"):
        Workspace(tmp_path).model()


def test_settings_are_checked_when_first_read(tmp_path: Path) -> None:
    (tmp_path / "esnaf.toml").write_text("[nonsense]")
    with pytest.raises(ConfigError, match=r"\[nonsense\]: no such section"):
        _ = Workspace(tmp_path).settings
    (tmp_path / "esnaf.toml").unlink()
    assert Workspace(tmp_path).settings.values == {}


def test_a_workspace_inside_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be made"):
        Workspace(tmp_path / "file" / "shop").create()
