"""Pointer: which bundle a workspace serves, in `champion.json`.

The champions before it stand in the same file, so that one rename changes both and no crash can part them.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.durable import sync
from features.errors import BundleError

FILE = "champion.json"


@dataclass(frozen=True)
class Pointer:
    """The registry's version number, and where its bundle lies."""

    version: str
    bundle: Path
    before: tuple[str, ...] = ()  # earlier champions, the latest first
    alias: str | None = None  # version that MLflow's alias `champion` named when this was written, as far as known


def read(workspace: Path) -> Pointer:
    """The champion of a workspace, whether or not its bundle is there; BundleError if it has none."""
    file = workspace / FILE
    try:
        return _pointer(workspace, json.loads(file.read_bytes()))
    except FileNotFoundError:
        raise BundleError(f"no model in {workspace.resolve()}; `esnaf train --data DIR` makes one") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{file}: cannot be read ({error}); promote a version to write it again") from error


def find(workspace: Path) -> Pointer:
    """The champion of a workspace; BundleError, with the way out, if it has none or its bundle is gone."""
    pointer = read(workspace)
    if not pointer.bundle.is_dir():
        raise BundleError(f"{workspace / FILE}: names {pointer.bundle}, which is not there; promote a version that is")
    return pointer


def replace(workspace: Path, pointer: Pointer) -> None:
    """Point to another bundle of the workspace: readers see the old file or the new one, whole, even after a crash."""
    value = {
        "version": pointer.version,
        "bundle": pointer.bundle.relative_to(workspace).as_posix(),
        "before": list(pointer.before),
        "alias": pointer.alias,
    }
    for leftover in workspace.glob(f".{FILE}-*"):  # of one that was killed; changes come one at a time
        leftover.unlink(missing_ok=True)
    temporary = workspace / f".{FILE}-{os.getpid()}"
    try:
        with temporary.open("w") as file:
            file.write(json.dumps(value) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(workspace / FILE)
    finally:
        temporary.unlink(missing_ok=True)
    sync(workspace)  # the rename itself survives a power cut


def _pointer(workspace: Path, value: Any) -> Pointer:
    version, bundle, alias = value["version"], value["bundle"], value.get("alias")
    return Pointer(
        version=str(version),
        bundle=workspace / str(bundle),
        before=tuple(str(version) for version in value.get("before", ())),
        alias=None if alias is None else str(alias),
    )
