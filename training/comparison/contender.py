"""Contender: a version of the model, by the two bundles of its training."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from features.errors import RefusedError
from training.bundle import read_manifest
from training.recommender import Recommender


@dataclass(frozen=True)
class Contender:
    """What is known of a version before it is measured."""

    version: str
    final: Path  # the bundle that serves, as of the end of its data
    measured: Path | None = None  # the same recipe as of an earlier moment; None where its data was too short
    metrics: Mapping[str, float] = field(default_factory=dict)  # of its run: `time/STAGE_s`, `memory/peak_mb`, ...
    settings: Mapping[str, str] = field(default_factory=dict)  # in force when it was trained, `ranker.trees` -> `60`
    data: Path | None = None  # folder of the tables that it was trained on
    _loaded: dict[Path, Recommender] = field(default_factory=dict, repr=False, compare=False)

    def load(self, folder: Path) -> Recommender:
        """One of its bundles; checked and read once, though the gate, a comparison and a report ask for it.

        BundleError where it is damaged.
        """
        if folder not in self._loaded:
            self._loaded[folder] = Recommender.load(folder)
        return self._loaded[folder]

    def seed(self, serving: Recommender) -> None:
        """The bundle that serves was checked and read before."""
        self._loaded[self.final] = serving

    @property
    def start(self) -> int:
        """The first moment that a window may begin at, by the older of its bundles."""
        return self.unseen[0][0]

    @property
    def unseen(self) -> list[tuple[int, Path]]:
        """Its bundles, oldest first: the moment from which on each knows nothing."""
        folders = [folder for folder in (self.measured, self.final) if folder is not None]
        return sorted((int(read_manifest(folder)["time"]), folder) for folder in folders)

    @property
    def facts(self) -> Mapping[str, Any]:
        """The manifest of the bundle that serves."""
        return read_manifest(self.final)

    def before(self, start: int) -> Path:
        """The newest of its bundles that knows nothing from `start` on; RefusedError where both do."""
        able = [folder for time, folder in self.unseen if time <= start]
        if not able:
            knows = datetime.fromtimestamp(self.start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            raise RefusedError(
                f"version {self.version} knows what happened until {knows}, which is after the window begins; "
                "begin there or later"
            )
        return able[-1]

    @property
    def megabytes(self) -> float:
        """Size of the bundle that serves, 10^6 bytes."""
        return float(sum(entry["bytes"] for entry in self.facts["files"].values())) / 1e6
