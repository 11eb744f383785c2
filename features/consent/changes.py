"""Changes: reading and writing them in the store."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from features.consent import schema
from features.consent.change import Change, ChangeKind
from features.consent.marker import NAME, Marker, outdated
from features.consent.purposes import Consent
from features.errors import ErasedError
from features.identity.keys import Keys

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
    """The store's marker, None where nothing was marked yet; SecretError where its secret is missing."""
    kept = _kept(connection)
    return None if kept is None else Marker.opened(kept, Keys.find())


def made_marker(connection: Connection) -> Marker:
    """The store's marker, made where there is none, and sealed with the secret in use; inside a transaction that
    writes."""
    kept, keys = _kept(connection), Keys.find()
    if kept is None:
        marker = Marker.new()
        connection.execute(insert(schema.FACTS).values(name=NAME, value=marker.kept(keys)))
        return marker
    marker = Marker.opened(kept, keys)
    if outdated(kept, keys):
        connection.execute(update(schema.FACTS).where(_FACTS.name == NAME).values(value=marker.kept(keys)))
    return marker


def reseal(connection: Connection) -> None:
    """Seal the store's marker with the secret in use, where there is one; inside a transaction that writes."""
    if _kept(connection) is not None:
        made_marker(connection)


def is_outdated(connection: Connection, keys: Keys) -> bool:
    """Whether the store's marker is not sealed with the secret in use."""
    kept = _kept(connection)
    return kept is not None and outdated(kept, keys)


def erased_among(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of some ids who were erased; inside a transaction that writes."""
    marker = marker_of(connection)
    if marker is None or not ids:
        return set()
    marks = {marker.of(id): id for id in ids}
    found = select(_C.subject).where(_C.subject.in_(list(marks)), _C.kind == int(ChangeKind.ERASED))
    return {marks[mark] for mark in connection.execute(found).scalars()}


def refuse_erased(connection: Connection, customer_id: str) -> None:
    """ErasedError for who was erased: nothing can be known of them; inside a transaction that writes."""
    if erased_among(connection, [customer_id]):
        raise ErasedError("this customer was erased, and nothing is kept of them any more; give them a new id")


def _kept(connection: Connection) -> bytes | None:
    found = connection.execute(select(_FACTS.value).where(_FACTS.name == NAME)).scalar()
    return None if found is None else bytes(found)


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
