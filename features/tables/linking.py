"""Linking: who is known under several ids, from the identities table and the links of the live store."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.identity.gathering import Gathering
from features.identity.keys import Keys
from features.tables.chunk import Column, LiveReader, Reader
from features.tables.columns import Columns
from features.tables.config import TablesConfig
from features.tables.customers import consent_of
from features.tables.identities import add_table
from features.tables.patterns import ANONYMOUS
from features.tables.rejects import Rejects
from features.tables.static_rows import StaticRows
from features.tables.statics import Statics


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
        read = add_table(gathering, readers, columns, time=config.time, until=until, rejects=rejects)
    found = gathering.members()
    known = change if until is None else 0  # links from `until` on are not in here
    return Linked(found.ids, found.persons, found.nobody, read, found.shared, known)


def settled_rows(rows: StaticRows, statics: Statics) -> StaticRows:
    """Customers by person: the row of the id that stands for a person, with what only the other rows know.

    Whoever denied something under one id denied it.
    """
    persons = statics.settled(rows.ids)
    code = persons.dictionary_encode().indices.to_numpy()
    other = pc.not_equal(persons, rows.ids).to_numpy(zero_copy_only=False)
    if not other.any():
        return rows
    order = np.lexsort((rows.created, other, code))
    first = np.append(True, np.diff(code[order]) != 0)
    head = order[first]
    columns = {name: column.take(pa.array(head)) for name, column in rows.columns.items()}
    place = np.cumsum(first) - 1
    for name, column in rows.columns.items():
        columns[name] = _first_stated(column, order, place, columns[name])
    if "consent" in columns:
        columns["consent"] = _least_consent(rows.columns["consent"], order, place, columns["consent"])
    return replace(
        rows,
        ids=persons.take(pa.array(head)),
        columns=columns,
        numbers={name: values[head] for name, values in rows.numbers.items()},
        created=rows.created[head],
    )


def _first_stated(column: Column, order: np.ndarray, place: np.ndarray, own: Column) -> Column:
    """The own value of each person, else the first that another row of theirs has."""
    stated = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False)[order])
    if not len(stated):
        return own
    found = np.full(len(own), -1)
    found[place[stated[::-1]]] = order[stated[::-1]]
    return column.take(pa.array(found, mask=found < 0))


def _least_consent(column: Column, order: np.ndarray, place: np.ndarray, own: Column) -> Column:
    denied = {text for text in column.drop_null().unique().to_pylist() if not consent_of(text)}
    if not denied:
        return own
    no = pc.is_in(column, pa.array(sorted(denied), pa.string())).to_numpy(zero_copy_only=False)[order]
    at = np.flatnonzero(no)
    found = np.full(len(own), -1)
    found[place[at[::-1]]] = order[at[::-1]]
    return pc.coalesce(column.take(pa.array(found, mask=found < 0)), own)
