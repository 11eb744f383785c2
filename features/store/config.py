"""Settings of the live store."""

import os
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "ESNAF_STORE"
FILE = "store.db"
_LIST = 1_000  # events that one call may bring


@dataclass(frozen=True)
class StoreConfig:
    """The live store: where events are kept that come in between two exports of the tables."""

    url: str = ""
    """SQLAlchemy URL; empty is a file `store.db` in the workspace. `$NAME` and `ESNAF_STORE` are the environment's."""
    keep_days: int = 0
    """Days after which `esnaf store compact` takes events away; 0 keeps all."""
    queue: int = 10_000
    """Events that may wait to be written; beyond, new ones are turned away until there is room."""
    batch: int = 2_000
    """Events that are written in one transaction, about."""
    linger_ms: float = 0.0
    """Milliseconds to wait for company; what comes during a write is written together in any case."""
    timeout: float = 5.0
    """Seconds to wait for a connection, or for other writers."""

    def __post_init__(self) -> None:
        if self.keep_days < 0:
            raise ValueError(f"keep_days: {self.keep_days} is less than 0; 0 keeps all")
        if self.queue < _LIST:
            raise ValueError(f"queue: {self.queue} is less than the {_LIST:,} events of one call")
        if self.batch < 1:
            raise ValueError(f"batch: {self.batch} is less than 1")
        if not 0 <= self.linger_ms <= 1_000:
            raise ValueError(f"linger_ms: {self.linger_ms} is not between 0 and 1,000")
        if not 0 < self.timeout <= 600:
            raise ValueError(f"timeout: {self.timeout} is not between 0 and 600")

    def expected(self, workspace: Path) -> bool:
        """Whether a workspace may have a store: an address is stated, or the file is there."""
        return bool(os.environ.get(VARIABLE) or self.url) or (workspace / FILE).exists()
