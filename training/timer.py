"""Timer: how long each stage took and how much memory the process has held."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Timer:
    """Seconds by stage, added up where a stage comes again, and the process's memory by the end of each."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peak_mb: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
            self.peak_mb[name] = peak_megabytes()


def peak_megabytes() -> float:
    """The most memory the process has held so far, 10^6 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
