"""A bundle is whole, or it is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from features.errors import BundleError
from training import bundle


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    folder = tmp_path / "7"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.npy").write_bytes(b"12345")
    (folder / "trees.txt").write_text("tree")
    bundle.seal(folder, {"time": 5})
    return folder


def test_a_whole_one_is_read(sealed: Path) -> None:
    manifest = bundle.verified(sealed)
    assert manifest["time"] == 5
    assert manifest["files"].keys() == {"inner/a.npy", "trees.txt"}
    assert bundle.read_manifest(sealed)["files"]["trees.txt"]["sha256"].startswith("dc9c5edb8b2d479e697b4b0b8ab874f3")


def damage_a_byte(folder: Path) -> None:
    (folder / "inner" / "a.npy").write_bytes(b"12845")


def lose_a_file(folder: Path) -> None:
    (folder / "trees.txt").unlink()


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def cut_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes()[:30])


def replace_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('["trees.txt"]')


def come_from_elsewhere(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (damage_a_byte, r"7/inner/a\.npy: is damaged \(its checksum differs\); restore it, or promote another version"),
        (lose_a_file, r"7/trees\.txt: is missing; restore it, or promote another version"),
        (lose_the_manifest, r"manifest\.json: cannot be read .*; it is no bundle, or not a whole one"),
        (cut_the_manifest, r"manifest\.json: cannot be read .*; it is no bundle, or not a whole one"),
        (replace_the_manifest, r"manifest\.json: lists no files; it is no bundle, or not a whole one"),
        (come_from_elsewhere, rf"7: bundle format 99, this version reads {bundle.FORMAT}; train the model again"),
    ],
)
def test_any_other_is_refused(sealed: Path, harm: Callable[[Path], None], message: str) -> None:
    harm(sealed)
    with pytest.raises(BundleError, match=message):
        bundle.verified(sealed)


def test_it_gets_its_name_once(sealed: Path, tmp_path: Path) -> None:
    temporary = tmp_path / ".8.part"
    temporary.mkdir()
    with pytest.raises(BundleError, match="7: exists already; a bundle is never changed"):
        bundle.publish(temporary, sealed)
    bundle.publish(temporary, tmp_path / "8")
    assert (tmp_path / "8").is_dir()
    assert not temporary.exists()
    bundle.discard(temporary)
