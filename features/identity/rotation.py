"""Rotation: everything that older secrets hashed and sealed, under the secret in use; the key of the tombstones too."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from features.consent.changes import is_outdated, reseal
from features.errors import SecretError
from features.identity.book import Book
from features.identity.component import kind_of
from features.identity.keys import HOW, Keys
from features.identity.normalise import normal
from features.identity.schema import LINKS, PERSONS, TRAITS
from features.store.backend import Backend

_ROWS = 500  # in a transaction: live events wait for no more than that


@dataclass(frozen=True)
class Rotated:
    """What was done."""

    identifiers: int
    traits: int


def rotate(backend: Backend, book: Book) -> Rotated:
    """Seal and hash anew what is not under the first secret; live work goes on beside. After an interruption, again.

    Raises:
        SecretError: there is no secret, or one is missing that something is sealed with; what was done by then stays.
    """
    keys = book.keys
    if keys is None:
        raise SecretError(f"there is no secret to rotate to; {HOW}")
    with backend.writing() as connection:
        reseal(connection)
    done = Rotated(0, 0)
    while True:
        with backend.writing() as connection:
            step = Rotated(_identifiers(connection, book, keys), _traits(connection, keys))
        done = Rotated(done.identifiers + step.identifiers, done.traits + step.traits)
        if step == Rotated(0, 0):
            return done


def left(connection: Connection, keys: Keys) -> int:
    """Rows that are not under the first secret; the key of the tombstones counts as one."""
    old = select(func.count()).select_from(PERSONS).where(_old_node(keys))
    sealed = select(func.count()).select_from(TRAITS).where(_old_seal(keys))
    rows = sum(int(connection.execute(query).scalar_one()) for query in (old, sealed))
    return rows + is_outdated(connection, keys)


def _old_node(keys: Keys) -> ColumnElement[bool]:
    return ~PERSONS.c.node.contains(f":{keys.current.name}.", autoescape=True)


def _old_seal(keys: Keys) -> ColumnElement[bool]:
    return func.substr(TRAITS.c.sealed, 2, len(keys.current.id)) != keys.current.id


def _identifiers(connection: Connection, book: Book, keys: Keys) -> int:
    rows = connection.execute(select(PERSONS).where(_old_node(keys)).limit(_ROWS)).all()
    for row in rows:
        kind = book.config.kind(kind_of(row.node))
        value = keys.open(row.sealed, row.node.encode())
        found = normal(value.decode(), kind, book.config) or value.decode()
        node = f"{kind.name}:{keys.hash(kind.name, found)}"
        connection.execute(delete(PERSONS).where(PERSONS.c.node.in_([row.node, node])))
        sealed = keys.seal(value, node.encode())
        connection.execute(PERSONS.insert().values(node=node, sealed=sealed, time=row.time))
        if _renamed(connection, row.node, node):
            book.settle(connection, [node], cause="rotation", links="[]")
    return len(rows)


def _renamed(connection: Connection, before: str, now: str) -> bool:
    """Links under the new name of a node; whether there were some under both."""
    c, both = LINKS.c, False
    for row in connection.execute(select(LINKS).where(or_(c.one == before, c.other == before))).all():
        one, other = sorted(now if end == before else end for end in (row.one, row.other))
        same = connection.execute(select(c.sequence, c.time).where(c.one == one, c.other == other)).first()
        if same is None:
            connection.execute(update(LINKS).where(c.sequence == row.sequence).values(one=one, other=other))
            continue
        both = True
        undone = row.undone if row.undone is not None else c.undone
        values = {"time": min(row.time, same.time), "undone": undone}
        connection.execute(update(LINKS).where(c.sequence == same.sequence).values(**values))
        connection.execute(delete(LINKS).where(c.sequence == row.sequence))
    return both


def _traits(connection: Connection, keys: Keys) -> int:
    rows = connection.execute(select(TRAITS).where(_old_seal(keys)).limit(_ROWS)).all()
    for row in rows:
        about = f"{row.id}\0{row.name}".encode()
        where = (TRAITS.c[name] == getattr(row, name) for name in ("id", "name", "source"))
        sealed = keys.seal(keys.open(row.sealed, about), about)
        connection.execute(update(TRAITS).where(*where).values(sealed=sealed))
    return len(rows)
