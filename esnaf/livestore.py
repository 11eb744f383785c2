"""Live store: that of a workspace, for the verbs that only read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from esnaf.workspace import Workspace

if TYPE_CHECKING:
    from features.store.reader import Reader


@contextmanager
def reading(workspace: Workspace) -> "Iterator[Reader | None]":
    """A reader while it is needed, None where there is no store; StoreError where there is one that cannot be read."""
    from features.store.config import StoreConfig
    from features.store.livestore import LiveStore
    from features.store.reader import Reader

    store = LiveStore.find(workspace.path, workspace.settings.section("store", StoreConfig))
    if store is None:
        yield None
        return
    reader = Reader(store.backend)
    try:
        yield reader
    finally:
        reader.close()
        store.close()
