"""Killing: commands that are ended by SIGKILL at a moment of their course."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

GATE = "gate."  # begins what the log says when a model is judged
_EVERY = 0.001  # seconds between two looks
_WITHIN = 300.0  # seconds that any command takes at most


@dataclass(frozen=True)
class Ended:
    """A command that came to its end, or was brought to it."""

    code: int | None  # None where it was killed
    text: str  # all that it said
    seconds: float


@dataclass
class Command:
    """`esnaf VERB` in a process group of its own; what it says is kept with the second in which it said it."""

    process: "subprocess.Popen[str]"
    start: float
    said: list[tuple[float, str]] = field(default_factory=list)
    reader: Thread = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Thread(target=self._read)
        self.reader.start()

    @property
    def seconds(self) -> float:
        """Since its start."""
        return time.perf_counter() - self.start

    def when(self, mark: str) -> float | None:
        """The second in which it first said so."""
        return next((second for second, line in self.said if mark in line), None)

    def wait_for(self, reached: Callable[["Command"], bool]) -> None:
        """Return when it is so, or when the command has ended."""
        while self.process.poll() is None and not reached(self) and self.seconds < _WITHIN:
            time.sleep(_EVERY)

    def end(self) -> Ended:
        """Wait for it."""
        return self._ended(self.process.wait(_WITHIN))

    def kill(self) -> Ended:
        """End it and all that it started, now, if it is still there."""
        there = self.process.poll() is None
        if there:
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        return self._ended(None if there else code)

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.said.append((self.seconds, line.rstrip()))

    def _ended(self, code: int | None) -> Ended:
        seconds = self.seconds
        self.reader.join()  # until it has read all
        return Ended(code, "\n".join(line for _, line in self.said), seconds)


@contextmanager
def started(
    words: Sequence[str], *, environment: Mapping[str, str] | None = None, before: Callable[[], None] | None = None
) -> Iterator[Command]:
    """`esnaf WORDS`; `before` is called in the new process before it becomes that. It never outlives the context."""
    command = [sys.executable, "-m", "esnaf", *words]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, **(environment or {})},
        preexec_fn=before,  # noqa: PLW1509  # no thread holds a lock that it would need
    )
    begun = Command(process, time.perf_counter())
    try:
        yield begun
    finally:
        begun.kill()
        if process.stdout:
            process.stdout.close()


def appears(folder: Path, pattern: str) -> Callable[[Command], bool]:
    """Whether something new of that name is in a folder."""
    before = set(folder.glob(pattern))
    return lambda _: not before.issuperset(folder.glob(pattern))


def says(mark: str) -> Callable[[Command], bool]:
    """Whether the command said so."""
    return lambda command: command.when(mark) is not None
