"""Bundle: a recommender on disk, an immutable folder with a manifest of checksums."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.durable import sync
from features.errors import BundleError

FORMAT = 8
MANIFEST = "manifest.json"
BLOCK = 1 << 20


class OtherFormatError(BundleError):
    """A bundle that another version of Esnaf wrote, and this one cannot read."""


def seal(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the manifest: facts, and the size and checksum of every file in the folder."""
    files = {str(path.relative_to(folder)): _entry(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    manifest = {"format": FORMAT, **facts, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def verified(folder: Path) -> dict[str, Any]:
    """The manifest of a bundle whose every byte is as it was sealed; BundleError where it is not."""
    manifest = read_manifest(folder)
    for name, entry in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise BundleError(f"{path}: is missing; restore it, or promote another version")
        if _entry(path) != entry:
            raise BundleError(f"{path}: is damaged (its checksum differs); restore it, or promote another version")
    return manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest alone; BundleError where there is none that this version of Esnaf can read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise BundleError(
            f"{folder / MANIFEST}: cannot be read ({error}); it is no bundle, or not a whole one"
        ) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise BundleError(f"{folder / MANIFEST}: lists no files; it is no bundle, or not a whole one")
    if manifest.get("format") != FORMAT:
        raise OtherFormatError(
            f"{folder}: bundle format {manifest.get('format')!r}, this version reads {FORMAT}; train the model again"
        )
    return manifest


def identity(folder: Path) -> str:
    """What tells one bundle from any other: the digest of its manifest. BundleError where there is none."""
    try:
        return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError as error:
        raise BundleError(f"{folder / MANIFEST}: cannot be read ({error}); promote another version") from error


def publish(temporary: Path, folder: Path) -> None:
    """Give a finished folder its name in one step; BundleError where the name is taken."""
    if folder.exists():
        raise BundleError(f"{folder}: exists already; a bundle is never changed")
    temporary.replace(folder)


def settle(folder: Path) -> None:
    """Return when every byte of a finished folder, and every name in it, would outlive a power cut."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def discard(folder: Path) -> None:
    """Remove what is left of an attempt."""
    shutil.rmtree(folder, ignore_errors=True)


def _entry(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return {"bytes": path.stat().st_size, "sha256": digest.hexdigest()}
