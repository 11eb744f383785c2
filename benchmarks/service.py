"""Service: `esnaf serve` for a benchmark, with a live store of its own: its events are not the workspace's."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from esnaf.process import Running, running
from features.store.config import VARIABLE


@contextmanager
def own_service(workspace: Path, scratch: Path, *options: str, store: str | None = None) -> Iterator[Running]:
    """The service of a workspace until the end of the block; its log, and its store unless a URL is given, are files of
    the folder `scratch`. EsnafError if it does not become ready."""
    url = store or f"sqlite:///{scratch / 'store.db'}"
    command = ["env", f"{VARIABLE}={url}", sys.executable, "-m", "esnaf", "serve", "--workspace", str(workspace)]
    with running([*command, *options], log=scratch / "service.log") as service:
        yield service
