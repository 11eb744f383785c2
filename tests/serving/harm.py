"""Ways to spoil a bundle."""

import json
import shutil
from pathlib import Path

from training.bundle import FORMAT, MANIFEST, seal


def flip_a_byte(bundle: Path) -> None:
    """One bit of the ranker."""
    file = bundle / "ranker" / "0.txt"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def from_another_version(bundle: Path) -> None:
    """Of a format that this version does not read."""
    file = bundle / MANIFEST
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": FORMAT + 1}))


def with_an_unknown_feature(bundle: Path) -> None:
    """Every byte as it was sealed, but its ranker reads a feature that this version has not."""
    file = bundle / "ranker" / "0.txt"
    lines = file.read_text().splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith("feature_names="))
    first = lines[at].removeprefix("feature_names=").split()[0]
    lines[at] = lines[at].replace(first, "x" * len(first), 1)
    file.write_text("".join(lines))
    sealed_again(bundle)


def without_a_part(bundle: Path) -> None:
    """Sealed without something that every model has."""
    shutil.rmtree(bundle / "market")
    sealed_again(bundle)


def sealed_again(bundle: Path) -> None:
    """A manifest of the files as they are now."""
    facts = json.loads((bundle / MANIFEST).read_text())
    (bundle / MANIFEST).unlink()
    seal(bundle, {name: value for name, value in facts.items() if name not in {"files", "format"}})
