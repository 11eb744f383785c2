"""Changes: reading and writing them in the store."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from features.consent import schema
from features.consent.change import Change, ChangeKind
from features.consent.marker import KEY, Marker, new_key
from features.consent.purposes import Consent

_C = schema.RIGHTS.c
_FACTS = schema.FACTS.c
_FIELDS = (_C.number, _C.subject, _C.kind, _C.stated, _C.granted, _C.time, _C.source)
_BEHIND = select(*_FIELDS).where(_C.number > bindparam("after")).order_by(_C.number)
_OF = select(*_FIELDS).where(_C.subject == bindparam("subject")).order_by(_C.number)


def behind(connection: Connection, number: int) -> list[Change]:
    """All changes behind a number."""
    return [_change(row) for row in connection.execute(_BEHIND, {"after": number})]


def of_subject(connection: Connection, subject: str) -> list[Change]:
    """The changes of one subject, the newest last."""
    return [_change(row) for row in connection.execute(_OF, {"subject": subject})]


def marker_of(connection: Connection) -> Marker | None:
    """The store's marker, None where nothing was marked yet."""
    found = connection.execute(select(_FACTS.value).where(_FACTS.name == KEY)).scalar()
    return None if found is None else Marker(bytes(found))


def made_marker(connection: Connection) -> Marker:
    """The store's marker, made where there is none; inside a transaction that writes."""
    found = marker_of(connection)
    if found is None:
        found = Marker(new_key())
        connection.execute(insert(schema.FACTS).values(name=KEY, value=found.key))
    return found


def say(connection: Connection, rows: Sequence[tuple[str, ChangeKind, Consent]], *, time: int, source: str) -> None:
    """Write changes; inside a transaction that writes."""
    values = [
        {"subject": subject, "kind": int(kind), **consent._asdict(), "time": time, "source": source}
        for subject, kind, consent in rows
    ]
    if values:
        connection.execute(insert(schema.RIGHTS), values)


def _change(row: Any) -> Change:
    number, subject, kind, stated, granted, time, source = row
    return Change(number, subject, kind, Consent(stated, granted), time, source)
