"""ExposureLog: the lists that were shown, written in groups. A crash may lose the last of them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from features.exposures import schema
from features.exposures.exposure import ListRow
from features.exposures.group import Group
from features.store.address import Address
from features.store.backend import Backend, backend_of
from features.store.config import StoreConfig
from features.store.migrations import Step, migrate
from features.store.statements import Insertion, insert

_LISTS = Insertion(schema.LISTS, ListRow._fields, ("list_id",))
_GROUPS = Insertion(schema.EXPOSURES, Group._fields, ("first_id", "last_id", "answers", "products"))


def _first(connection: Connection) -> None:
    """The tables as `schema` has them; a change there is a further step here, and this one keeps what was."""
    schema.LISTS.create(connection)
    schema.EXPOSURES.create(connection)


STEPS: tuple[Step, ...] = (_first,)


class ExposureLog:
    """Takes exposures in. Safe to use from several threads and processes.

    Beside an embedded store it is a file of its own, `store-exposures.db`, so that neither waits for the other's disk;
    in PostgreSQL it has tables, and a lock, of its own. Every method raises StoreUnavailable where the database is
    away and StoreBusy where others hold it too long.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.place = backend.place

    @classmethod
    def open(cls, workspace: Path, config: StoreConfig) -> Self:
        """The log of a workspace, made where there is none, brought up to this version where it is older.

        Raises:
            ConfigError: the store's address cannot be one.
            StoreError: a newer version made it; StoreUnavailable: it cannot be reached or is damaged.
        """
        backend = backend_of(_beside(Address.of(config, workspace)), config.timeout, schema.KEEPING)
        try:
            migrate(backend, STEPS, schema.VERSION)
        except BaseException:
            backend.close()
            raise
        return cls(backend)

    @classmethod
    def find(cls, workspace: Path, config: StoreConfig) -> Self | None:
        """The log of a workspace if it has one; no file is made."""
        file = _beside(Address.of(config, workspace)).file
        return None if file is not None and not file.exists() else cls.open(workspace, config)

    def append(self, lists: Sequence[ListRow], groups: Sequence[Group] | Callable[[], Sequence[Group]]) -> None:
        """Write in one transaction; what is there already is left alone, so the same may be written again.

        Groups may be made when their turn has come: an erasure waits for those who write, and is known to them after.
        """
        with self.backend.writing() as connection:
            insert(connection, lists, _LISTS)
            insert(connection, groups() if callable(groups) else groups, _GROUPS)

    def close(self) -> None:
        """Let go of the database."""
        self.backend.close()


def _beside(address: Address) -> Address:
    """Where the exposures of a store are."""
    file = address.file
    if file is None:
        return address
    return Address(address.url.set(database=str(file.with_name(f"{file.stem}-exposures{file.suffix}"))))
