"""Linking: who is known under several ids, from the identities table and the links of the live store."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from features.identity.gathering import Gathering
from features.identity.keys import Keys
from features.tables.chunk import Column, LiveReader, Reader
from features.tables.columns import Columns
from features.tables.config import TablesConfig
from features.tables.forgotten import Forgotten
from features.tables.identities import add_table
from features.tables.patterns import ANONYMOUS
from features.tables.rejects import Rejects


@dataclass(frozen=True)
class Linked:
    """Ids whose person has another one."""

    members: Column = field(default_factory=lambda: pa.array([], pa.string()))  # distinct
    persons: Column = field(default_factory=lambda: pa.array([], pa.string()))  # of each
    nobody: Column = field(default_factory=lambda: pa.array([], pa.string()))  # devices that several have
    read: int | None = None  # rows of the table, None where there is none
    shared: int = 0  # device ids that several have, or that are blocked
    change: int = 0  # number of the last change of persons in the live store that this knows of

    @property
    def accounts(self) -> int:
        """Customers who are known under another id."""
        return len(self.members) - int(pc.sum(pc.starts_with(self.members, ANONYMOUS)).as_py() or 0)


def linked(
    readers: Sequence[Reader],
    columns: Columns,
    *,
    config: TablesConfig,
    until: int | None,
    rejects: Rejects,
    erased: Forgotten,
    live: LiveReader | None,
) -> Linked:
    """All links known before `until`, resolved; personal values of the store are found where its secret is set."""
    gathering = Gathering(config.identity, Keys.find() if live is not None else None)
    change = 0
    if live is not None:
        links, change = live.links(until)
        gathering.add_stored(links)
    read = None
    if readers:
        read = add_table(gathering, readers, columns, time=config.time, until=until, rejects=rejects, erased=erased)
    found = gathering.members()
    known = change if until is None else 0  # links from `until` on are not in here
    return Linked(found.ids, found.persons, found.nobody, read, found.shared, known)
