"""Patience: how long a tuning may go on, and signals that end it sooner."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Patience:
    """While it is entered, SIGINT and SIGTERM end the work politely: at once inside `interruptible`, where nothing is
    written, else at its end."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.stopped = False
        self._start = 0.0
        self._interruptible = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        if threading.current_thread() is threading.main_thread():  # no other may set handlers
            self._before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def spent(self) -> float:
        """Seconds since the begin."""
        return time.monotonic() - self._start

    def over(self, share: float = 1.0) -> bool:
        """Whether a share of the time is spent, or a signal came."""
        return self.stopped or self.spent >= share * self.seconds

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """KeyboardInterrupt inside as soon as a signal comes, or has come."""
        self._interruptible = True
        try:
            if self.stopped:
                raise KeyboardInterrupt
            yield
        finally:
            self._interruptible = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopped = True
        if self._interruptible:
            self._interruptible = False  # a second signal does not disturb the ending
            raise KeyboardInterrupt
