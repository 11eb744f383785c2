"""Promised: a file that is being written."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from features.durable import sync
from features.logs import log


@dataclass(frozen=True)
class Promised:
    """A file that another thread writes. It can be done without: what cannot be written is told, and is not there."""

    path: Path
    writing: "Future[None]"

    @classmethod
    def of(cls, path: Path, write: Callable[[Path], object]) -> Self:
        """Begin to write."""

        def written() -> None:
            write(path)
            sync(path)

        pool = ThreadPoolExecutor(1, thread_name_prefix="writing")
        writing = pool.submit(written)
        pool.shutdown(wait=False)
        return cls(path, writing)

    def name(self) -> str:
        """Its name when it is on the disk, empty where it could not be written."""
        try:
            self.writing.result()
        except OSError as error:
            log.warning("ledger.unwritten", file=str(self.path), reason=str(error))
            self.path.unlink(missing_ok=True)
            return ""
        return self.path.name
