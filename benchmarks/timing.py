"""Seconds and memory: of commands run as their own process, and of stages inside this one."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

_MB = 1e6
_SAMPLE_EVERY = 0.01  # seconds


@dataclass(frozen=True)
class Finished:
    """A command that ended well."""

    answer: dict[str, Any]  # what it printed with --json
    seconds: float  # from start to end, interpreter and imports included
    peak_mb: float  # largest resident set of the process, 10^6 bytes


def esnaf(*words: str) -> Finished:
    """Run `esnaf VERB ... --json` as its own process; RuntimeError with its error output if it fails."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "esnaf", *words, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        output = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"esnaf {' '.join(words)} ended with code {process.returncode}: {output.decode()}")
    return Finished(json.loads(output), time.perf_counter() - start, usage.ru_maxrss * 1024 / _MB)


@dataclass
class Stages:
    """Seconds and peak memory of named parts of a program.

    >>> stages = Stages()
    >>> with stages("read"):
    ...     rows = read()
    """

    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)  # resident set, 10^6 bytes, sampled

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Measure what is inside; the same name again adds its seconds."""
        start = time.perf_counter()
        with _Peak() as peak:
            yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
        self.peak_mb[name] = max(self.peak_mb.get(name, 0.0), peak.megabytes)


class _Peak:
    """The largest resident set of this process between entry and exit, looked at by a thread of its own."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._end.wait(_SAMPLE_EVERY):
            self._look()

    def _look(self) -> None:
        self.megabytes = max(self.megabytes, resident_mb())


def resident_mb(pid: int | str = "self") -> float:
    """Resident set of a process, 10^6 bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MB
