"""Durable: on the disk itself, so that it outlives a power cut and not only the end of a process."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Return when all of a file, or every name in a folder, is there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
