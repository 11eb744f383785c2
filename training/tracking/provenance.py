"""Provenance: what a model was made from, so that it can be made again."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Provenance:
    """Tags of a run and of the version it registered."""

    fingerprint: str  # digest of the accepted events and static tables
    config_digest: str  # digest of the configuration in force
    seed: int
    start: int  # first event, seconds since the epoch, UTC
    cut: int | None  # of the test window; None where the data was too short to measure
    end: int  # the final model knows everything before it

    def tags(self) -> dict[str, str]:
        """As MLflow tags."""
        return {
            "data_fingerprint": self.fingerprint,
            "code_version": code_version(),
            "config_digest": self.config_digest,
            "seed": str(self.seed),
            "data_window": f"{day(self.start)}..{day(self.end)}",
            "test_window": "none" if self.cut is None else f"{day(self.cut)}..{day(self.end)}",
        }


def day(time: int) -> str:
    """The UTC date of a moment, with the time of day where it is not midnight."""
    text = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return text.removesuffix("T00:00:00")


def code_version() -> str:
    """The git commit, `-dirty` with changes since, where the program runs from its repository; else its release."""
    if (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.strip()
    try:
        return version("esnaf")
    except PackageNotFoundError:
        return "unknown"
