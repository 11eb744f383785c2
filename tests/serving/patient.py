"""Patience: what a busy machine takes long for is waited for in all tests of the running service.

The limits of time that a shop has are not what these tests are about: several services, and the tests that ask them,
may share two cores. Every time that they wait comes from here.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from esnaf import process
from features.settings import FILE_NAME

PATIENCE = 120.0  # seconds for what takes a moment unless the machine is very busy
_PAUSE = 0.02  # seconds
_SETTINGS = {"store": f"timeout = {PATIENCE}", "ingestion": f"acknowledge_s = {PATIENCE}"}


def patient(workspace: Path) -> Path:
    """A workspace whose service gives all that it writes much time."""
    file = workspace / FILE_NAME
    text = file.read_text() if file.exists() else ""
    for section, line in _SETTINGS.items():
        head = f"[{section}]\n"
        if line not in text:
            text = text.replace(head, f"{head}{line}\n") if head in text else f"{text}\n{head}{line}\n"
    file.write_text(text)
    return workspace


@contextmanager
def running_service(workspace: Path, *options: str, log: Path) -> Iterator[str]:
    """The service of a workspace that is made patient; gives its address."""
    with process.running_service(patient(workspace), *options, log=log) as address:
        yield address


def until(reached: Callable[[], object], what: str = "what was waited for") -> None:
    """Ask again and again."""
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(_PAUSE)
