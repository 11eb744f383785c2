"""Bundles: the folder of a workspace's models, one folder a registered version."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from features.durable import sync
from features.errors import BundleError
from features.logs import log
from training.bundle import discard, identity, publish, settle, verified
from training.config import BundlesConfig
from training.tracking.registry import Registry

FOLDER = "bundles"
_REMOVED = ".removed-"
_LEFTOVER = 24 * 3600  # seconds after which an unfinished folder is nobody's: longer than any training takes


@dataclass(frozen=True)
class Bundles:
    """`WORKSPACE/bundles`."""

    folder: Path

    @classmethod
    def of(cls, workspace: Path) -> "Bundles":
        """The bundles of a workspace."""
        return cls(workspace / FOLDER)

    def path(self, version: str) -> Path:
        """Where a version's bundle lies, or would."""
        return self.folder / version

    def versions(self) -> list[str]:
        """The versions whose bundle is here, newest first. What is not named like a version is nobody's business."""
        if not self.folder.is_dir():
            return []
        found = (path.name for path in self.folder.iterdir() if path.name.isdecimal() and path.is_dir())
        return sorted(found, key=int, reverse=True)

    def ready(self, version: str, registry: Registry | None) -> Path:
        """A version's bundle, fetched from MLflow's artifacts if it is not here; BundleError where it is nowhere."""
        folder = self.path(version)
        if version not in self.versions():
            if registry is None:
                raise BundleError(f"no bundle of version {version} in {self.folder}, and no registry to fetch it from")
            self._fetch(version, registry)
        return folder

    def publish(self, bundle: Path, version: str) -> Path:
        """Give a finished bundle its version's name, on disk for good; BundleError where another one has it."""
        folder = self.path(version)
        if folder.is_dir() and identity(folder) == identity(bundle):
            return folder  # somebody fetched it meanwhile
        settle(bundle)
        publish(bundle, folder)
        sync(self.folder)
        return folder

    def touch(self, version: str) -> None:
        """The grace of a bundle begins anew: it was used until now."""
        with suppress(OSError):  # it is gone, or somebody else's; then it has no grace to begin
            os.utime(self.path(version))

    def prune(self, config: BundlesConfig, *, spare: Collection[str], stored: Collection[str]) -> tuple[str, ...]:
        """Remove what is neither spared, nor new, nor within its grace, and can be fetched again: it is `stored`.

        Returns the versions that went. A service that has one loaded goes on: its files live until it lets them go.
        """
        old = self.versions()[config.keep :]
        gone = [v for v in old if v not in spare and v in stored and _age(self.path(v)) >= config.grace_s]
        for version in gone:
            hidden = self.folder / f"{_REMOVED}{version}-{os.getpid()}"  # never half of it under a version's name
            self.path(version).rename(hidden)
            discard(hidden)
        if gone:
            log.info("bundles.removed", versions=",".join(gone))
        self._sweep()
        return tuple(gone)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One change of the champion at a time; others wait."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _fetch(self, version: str, registry: Registry) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".fetched-") as scratch:
            found = registry.download(version, Path(scratch))
            verified(found)
            self.publish(found, version)
        log.info("bundle.fetched", version=version)

    def _sweep(self) -> None:
        """Remove what work that was killed has left."""
        for path in self.folder.glob(".*"):
            if path.name.startswith(_REMOVED) or _age(path) >= _LEFTOVER:
                shutil.rmtree(path, ignore_errors=True)


def _age(folder: Path) -> float:
    """Seconds since a bundle was made, fetched or last used."""
    return time.time() - folder.stat().st_mtime
