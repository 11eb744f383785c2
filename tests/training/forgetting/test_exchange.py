"""Two folders change names."""

import ctypes
from pathlib import Path

import pytest

from training.forgetting.exchange import exchange


@pytest.mark.parametrize("able", [True, False], ids=["in one step", "in three"])
def test_each_gets_the_name_of_the_other(able: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not able:
        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "name").write_text(folder.name)
    exchange(one, other)
    assert ((one / "name").read_text(), (other / "name").read_text()) == ("other", "one")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]


def test_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one").is_dir()
