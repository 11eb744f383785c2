"""Workspace: the folder of one shop."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.errors import BundleError, UsageError
from features.settings import FILE_NAME, Settings
from training import pointer
from training.bundles import Bundles
from training.pointer import Pointer


@dataclass(frozen=True)
class Workspace:
    """Where the settings, runs and models of one shop lie."""

    path: Path

    @cached_property
    def settings(self) -> Settings:
        """`esnaf.toml`, every section checked, or nothing but defaults; ConfigError at the first bad value."""
        from esnaf.sections import check

        settings = Settings.read(self.path / FILE_NAME)
        check(settings)
        return settings

    @property
    def bundles(self) -> Path:
        """A folder for each registered version."""
        return self.path / "bundles"

    def create(self) -> None:
        """Make the folder; UsageError where that cannot be."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--workspace {self.path}: cannot be made ({error.strerror})") from error

    def model(self, version: str = "champion") -> Pointer:
        """A version and its bundle, `champion` for the one that serves; BundleError if there is none.

        A registered version whose bundle was cleared away is fetched from MLflow's artifacts.
        """
        if version == "champion":
            return pointer.find(self.path)
        bundle = self.bundles / version
        if version.isdecimal() and not bundle.is_dir():
            self._fetch(version)
        if not version.isdecimal() or not bundle.is_dir():
            raise BundleError(f"no model version {version!r} in {self.bundles}; `esnaf models` lists them")
        Bundles.of(self.path).touch(version)
        return Pointer(version, bundle)

    def _fetch(self, version: str) -> None:
        from esnaf.adoption import registry_of

        registry = registry_of(self)
        if registry is not None and any(known.number == version for known in registry.versions()):
            Bundles.of(self.path).ready(version, registry)
