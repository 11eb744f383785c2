"""Book: names in the live store's table of traits, sealed under the environment's secret."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from features.consent.audit import note
from features.consent.changes import erased_among, refuse_erased
from features.errors import SecretError
from features.identity.keys import Keys
from features.identity.schema import TRAITS
from features.store.backend import Backend
from features.store.reader import Reader
from features.store.statements import Statement

NAME = "name"
SAID, TABLE = "said", "table"
_WHOLE = (NAME, "full_name")
_PARTS = (("first_name", "last_name"), ("given_name", "family_name"))
_ALL = (*_WHOLE, *(name for pair in _PARTS for name in pair))
_TOGETHER = 500  # rows of a statement
_C = TRAITS.c


class NameBook:
    """Writes; each is on the disk when its method returns. Raises StoreBusy or StoreUnavailable as all of the store,
    and ErasedError for who was erased."""

    def __init__(self, backend: Backend, keys: Keys) -> None:
        self._backend, self._keys = backend, keys

    def say(self, customer_id: str, name: str | None, now: int, *, actor: str | None = None) -> None:
        """What a customer is called from now on; None takes back what was said. Who changed it (`actor`) is audited."""
        with self._backend.writing() as connection:
            refuse_erased(connection, customer_id)
            note(connection, actor, "name", customer_id, "changed" if name is not None else "removed")
            _clear(connection, [customer_id], SAID)
            if name is not None:
                connection.execute(insert(TRAITS).values(self._row(customer_id, name, SAID, now)))

    def fill(self, names: Iterable[tuple[str, str]], now: int) -> int:
        """Take over the names of a customers table, by id, in the place of those of the one before; how many. Those of
        who was erased, be it meanwhile, are left out.

        Others may write in between: a table of a million customers takes its time.
        """
        of_table = (_C.source == TABLE, _C.name == NAME)
        with self._backend.reading() as connection:
            before = connection.execute(select(func.max(_C.time)).where(*of_table)).scalar()
        now = now if before is None else max(now, before + 1)  # tells those of this table from those of the one before
        count, left = 0, iter(names)
        while some := dict(islice(left, _TOGETHER)):
            with self._backend.writing() as connection:
                erased = erased_among(connection, some)
                rows = [self._row(id, name, TABLE, now) for id, name in some.items() if id not in erased]
                _clear(connection, list(some), TABLE)
                if rows:
                    connection.execute(insert(TRAITS), rows)
            count += len(rows)
        with self._backend.writing() as connection:
            connection.execute(delete(TRAITS).where(*of_table, _C.time < now))
        return count

    def forget(self, customer_id: str) -> None:
        """Every name of a customer."""
        with self._backend.writing() as connection:
            _clear(connection, [customer_id], None)

    def _row(self, customer_id: str, name: str, source: str, now: int) -> dict[str, Any]:
        sealed = self._keys.seal(json.dumps(name).encode(), _about(customer_id, NAME))
        return {"id": customer_id, "name": NAME, "source": source, "sealed": sealed, "time": now}


def name_of(reader: Reader, keys: Keys, customer_id: str) -> str | None:
    """What a customer is called; None where that is not known, or sealed with a secret that is not ours.

    What was said, by the customer or in an event, comes before the table's; the newest of it counts.
    """
    rows = reader.rows(_names, {"customer": customer_id})
    if not rows:
        return None
    known: dict[str, str] = {}
    for name, _, sealed, _ in sorted(rows, key=lambda row: (row[1] == TABLE, -row[3])):
        if name not in known and (value := _opened(keys, sealed, _about(customer_id, name))):
            known[name] = value
    return _put_together(known)


def _put_together(known: Mapping[str, str]) -> str | None:
    for name in _WHOLE:
        if name in known:
            return known[name]
    for first, last in _PARTS:
        if first in known:
            return f"{known[first]} {known.get(last, '')}".strip()
    return None


def _opened(keys: Keys, sealed: bytes, about: bytes) -> str | None:
    try:
        value = json.loads(keys.open(bytes(sealed), about))
    except (SecretError, ValueError):
        return None
    return value if isinstance(value, str) else None


def _about(customer_id: str, name: str) -> bytes:
    return f"{customer_id}\0{name}".encode()


def _clear(connection: Connection, ids: list[str], source: str | None) -> None:
    where = [_C.id.in_(ids), _C.name.in_(_ALL)] + ([] if source is None else [_C.source == source])
    connection.execute(delete(TRAITS).where(*where))


@lru_cache
def _names(dialect: str) -> Statement:
    called = _C.name.in_([bindparam(f"name{place}", name) for place, name in enumerate(_ALL)])
    found = select(_C.name, _C.source, _C.sealed, _C.time).where(_C.id == bindparam("customer"), called)
    return Statement.of(found, dialect)
