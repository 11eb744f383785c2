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


@dataclass
class Command:
    """`esnaf VERB` in a process group of its own; what it says is kept with the second in which it said it."""

    process: "subprocess.Popen[str]"
    start: float
    said: list[tuple[float, str]] = field(default_factory=list)
    ended: float | None = None  # second of its end

    @property
    def text(self) -> str:
        """All that it said."""
        return "\n".join(line for _, line in self.said)

    @property
    def seconds(self) -> float:
        """From its start until its end, or until now."""
        return time.perf_counter() - self.start if self.ended is None else self.ended

    def when(self, mark: str) -> float | None:
        """The second in which it first said so."""
        return next((second for second, line in self.said if mark in line), None)

    def wait_for(self, reached: Callable[["Command"], bool]) -> None:
        """Return when it is so, or when the command has ended."""
        while self.process.poll() is None and not reached(self) and self.seconds < _WITHIN:
            time.sleep(_EVERY)

    def end(self) -> int:
        """Its exit code, at the end of its own."""
        code = self.process.wait(_WITHIN)
        self.ended = self.seconds
        return code

    def kill(self) -> bool:
        """End it and all that it started, now; whether it was still there."""
        there = self.process.poll() is None
        if there:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.ended = self.seconds
        return there


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
    reader = Thread(target=_read, args=(begun,))
    reader.start()
    try:
        yield begun
    finally:
        begun.kill()
        reader.join()
        if process.stdout:
            process.stdout.close()


def _read(command: Command) -> None:
    for line in command.process.stdout or ():
        command.said.append((command.seconds, line.rstrip()))


def appears(folder: Path, pattern: str) -> Callable[[Command], bool]:
    """Whether something new of that name is in a folder."""
    before = set(folder.glob(pattern))
    return lambda _: not before.issuperset(folder.glob(pattern))


def says(mark: str) -> Callable[[Command], bool]:
    """Whether the command said so."""
    return lambda command: command.when(mark) is not None
