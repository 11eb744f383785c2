"""Lock: one training of a workspace at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features.errors import RefusedError
from training.bundle import discard
from training.bundles import FOLDER

FILE = ".training.lock"


@contextmanager
def training_alone(workspace: Path) -> Iterator[None]:
    """RefusedError where another process trains in the workspace.

    The kernel lets go of the lock when a process ends, however it does. What an earlier one left behind is cleared.
    """
    with (workspace / FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read().strip() or "unknown"
            raise RefusedError(f"{workspace}: process {who} is training here; wait for its end") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        for leftover in (workspace / FOLDER).glob(".new-*"):
            discard(leftover)
        yield
