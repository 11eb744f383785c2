"""Pointer: which bundle a workspace serves, in `champion.json`."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from features.errors import BundleError

FILE = "champion.json"


@dataclass(frozen=True)
class Pointer:
    """The registry's version number, and where its bundle lies."""

    version: str
    bundle: Path


def find(workspace: Path) -> Pointer:
    """The champion of a workspace; BundleError, with the way out, if it has none."""
    file = workspace / FILE
    try:
        value = json.loads(file.read_bytes())
        pointer = Pointer(version=str(value["version"]), bundle=workspace / str(value["bundle"]))
    except FileNotFoundError:
        raise BundleError(f"no model in {workspace.resolve()}; `esnaf train --data DIR` makes one") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{file}: cannot be read ({error}); promote a version to write it again") from error
    if not pointer.bundle.is_dir():
        raise BundleError(f"{file}: names {pointer.bundle}, which is not there; promote a version that is")
    return pointer


def replace(workspace: Path, pointer: Pointer) -> None:
    """Point to another bundle of the workspace: readers see the old file or the new one, whole, even after a crash."""
    value = {"version": pointer.version, "bundle": pointer.bundle.relative_to(workspace).as_posix()}
    temporary = workspace / f".{FILE}-{os.getpid()}"
    try:
        with temporary.open("w") as file:
            file.write(json.dumps(value) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(workspace / FILE)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(workspace)


def _sync_folder(folder: Path) -> None:
    """The rename itself survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
