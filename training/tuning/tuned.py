"""Tuned: the file of the settings that were found, as `esnaf.toml` would have them."""

from collections.abc import Sequence
from pathlib import Path

from features.settings import Settings
from features.toml import toml_text

FILE = "tuned.toml"


def tuned_text(settings: Settings, about: Sequence[str]) -> str:
    """The whole file: what it is in comments, then every section of the user's own with what was tuned written in."""
    head = "".join(f"# {line}\n" for line in about)
    return f"{head}\n{toml_text(settings.values)}"


def write_tuned(workspace: Path, text: str) -> Path:
    """Write `WORKSPACE/tuned.toml` in one step."""
    file = workspace / FILE
    part = workspace / f".{FILE}.part"
    part.write_text(text, encoding="utf-8")
    part.replace(file)
    return file
