"""Statements: written once with SQLAlchemy, run as text on the driver.

For the few rows of one customer SQLAlchemy takes longer than the database does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import Connection, Table, and_, bindparam, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from features.consent import schema as consent
from features.identity.schema import LINKS, MEMBERS
from features.interests.schema import INTERESTS
from features.store import schema
from features.store.event import Event

_C = schema.EVENTS.c
_PRIME = 1_000_003
_TOGETHER = (512, 128, 64, 32, 16, 8, 4, 2, 1)
"""Rows in a statement: few different ones, so that databases know them prepared."""
_STYLES: Mapping[str, tuple[Any, str]] = {"sqlite": (sqlite, "qmark"), "postgresql": (postgresql, "format")}


@dataclass(frozen=True)
class Statement:
    """SQL with places for values."""

    text: str
    places: Sequence[tuple[str, Any]]  # name of the value at each, and what it is unless given

    @classmethod
    def of(cls, statement: Any, dialect: str, **options: Any) -> Self:
        """In the words of one dialect, and with the places that its driver takes."""
        kind, style = _STYLES[dialect]
        compiled = statement.compile(dialect=kind.dialect(paramstyle=style), **options)
        otherwise = compiled.params  # worked out whenever it is asked for
        return cls(str(compiled), [(name, otherwise[name]) for name in compiled.positiontup])

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it; raises the driver's own errors."""
        placed = [values.get(name, otherwise) for name, otherwise in self.places]
        found: list[tuple[Any, ...]] = _driver(connection).execute(self.text, placed).fetchall()
        return found


def evened(values: Sequence[str]) -> Sequence[str]:
    """Some texts, the last one repeated until there are 1, 2, 4, 8 ... of them: databases and drivers keep a statement
    prepared for every number of values that one names."""
    missing = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return [*values, *[values[-1]] * missing] if missing else values


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


@dataclass(frozen=True)
class Insertion:
    """What rows of values are written to."""

    table: Table
    fields: tuple[str, ...]
    key: tuple[str, ...]  # the fields that tell rows apart


EVENTS = Insertion(schema.EVENTS, Event._fields[:-1], ("key",))


@lru_cache
def last(dialect: str) -> Statement:
    """The highest sequence, and the highest number of a change of consent or erasure; 0 where there is none."""
    changed = select(func.coalesce(func.max(consent.RIGHTS.c.number), 0)).scalar_subquery()
    return Statement.of(select(func.coalesce(func.max(_C.sequence), 0), changed), dialect)


@lru_cache
def lasts(dialect: str) -> Statement:
    """The highest sequence of the events, of what customers said of their interests, and the highest numbers of a
    change of consent or erasure, and of who is who."""
    numbers = (schema.EVENTS.c.sequence, INTERESTS.c.sequence, consent.RIGHTS.c.number, MEMBERS.c.change)
    highest = (select(func.coalesce(func.max(number), 0)) for number in numbers)
    return Statement.of(select(*(one.scalar_subquery() for one in highest)), dialect)


@lru_cache
def links(dialect: str) -> Statement:
    """The links that count, seen before `until`, in the order they came in."""
    columns = select(LINKS.c.one, LINKS.c.other, LINKS.c.time, LINKS.c.probability)
    counting = columns.where(LINKS.c.undone.is_(None), LINKS.c.time < bindparam("until"))
    return Statement.of(counting.order_by(LINKS.c.sequence), dialect)


@lru_cache
def members(dialect: str) -> Statement:
    """Ids whose person changed behind `change`, with their person now."""
    columns = select(MEMBERS.c.id, MEMBERS.c.person).where(MEMBERS.c.change > bindparam("change"))
    return Statement.of(columns.order_by(MEMBERS.c.change), dialect)


@lru_cache
def after(dialect: str) -> Statement:
    """`limit` events behind `after`, up to `upto`; of those up to `known` only what happened at `end` or later."""
    behind = select(*schema.FIELDS).where(_C.sequence > bindparam("after"), _C.sequence <= bindparam("upto"))
    behind = behind.where(or_(_C.sequence > bindparam("known"), _C.time >= bindparam("end")))
    return Statement.of(behind.order_by(_C.sequence).limit(bindparam("limit")), dialect)


@lru_cache
def digest(dialect: str) -> Statement:
    """How many events there are up to `upto`, and a sum of their keys that fits into 64 bits."""
    figures = select(func.count(), func.coalesce(func.sum(_C.key % _PRIME), 0)).where(_C.sequence <= bindparam("upto"))
    return Statement.of(figures, dialect)


@lru_cache
def since(dialect: str, customers: int) -> Statement:
    """The newest `limit` events of the customers `c0`, `c1` ... behind `after` and from `time` on, newest first."""
    named = _C.customer_id.in_([bindparam(f"c{i}") for i in range(customers)])
    newest = select(*schema.FIELDS).where(named, _C.sequence > bindparam("after"), _C.time >= bindparam("time"))
    return Statement.of(newest.order_by(_C.sequence.desc()).limit(bindparam("limit")), dialect)


@lru_cache
def customers(dialect: str) -> Statement:
    """Each customer with events behind `after` and from `time` on, and the sequence of the last of them."""
    last = func.max(_C.sequence)
    behind = select(_C.customer_id, last).where(_C.sequence > bindparam("after"), _C.time >= bindparam("time"))
    return Statement.of(behind.group_by(_C.customer_id), dialect)


@lru_cache
def touched(dialect: str) -> Statement:
    """Customer, product and sequence of every event behind `after`, up to `upto` and from `time` on, in order."""
    fields = _C.customer_id, _C.product_id, _C.sequence
    return Statement.of(select(*fields).where(_behind()).order_by(_C.sequence), dialect)


@lru_cache
def products(dialect: str) -> Statement:
    """The products of the events behind `after`, up to `upto` and from `time` on; `limit` of them, the last first."""
    named = select(_C.product_id).where(_behind(), _C.product_id.is_not(None)).group_by(_C.product_id)
    return Statement.of(named.order_by(func.max(_C.sequence).desc()).limit(bindparam("limit")), dialect)


@lru_cache
def about(dialect: str, products: int) -> Statement:
    """The newest `limit` of those events that name the products `p0`, `p1` ..., newest first."""
    named = _C.product_id.in_([bindparam(f"p{i}") for i in range(products)])
    newest = select(*schema.FIELDS).where(_behind(), named).order_by(_C.sequence.desc())
    return Statement.of(newest.limit(bindparam("limit")), dialect)


def _behind() -> Any:
    after, upto = _C.sequence > bindparam("after"), _C.sequence <= bindparam("upto")
    return and_(after, upto, _C.time >= bindparam("time"))


@lru_cache
def following(dialect: str) -> Statement:
    """What followed from the lists `first` to `last`: by list, product and kind, how often, when first, how much."""
    listed = _C.recommendation_id, _C.product_id, _C.kind
    figures = func.count(), func.min(_C.time), func.sum(_C.quantity), func.sum(_C.quantity * _C.price)
    between = _C.recommendation_id.between(bindparam("first"), bindparam("last"))
    return Statement.of(select(*listed, *figures).where(between).group_by(*listed), dialect)


@lru_cache
def new(dialect: str) -> Statement:
    """Sequence and key of every event behind `after`."""
    return Statement.of(select(_C.sequence, _C.key).where(_C.sequence > bindparam("after")), dialect)


def insert(connection: Connection, rows: Sequence[Sequence[Any]], into: Insertion = EVENTS) -> None:
    """Write rows of the fields of a table but its sequence, which the database gives; known keys are left alone.

    Many rows are one statement: while it runs other threads have Python to themselves, but between two statements the
    writer must wait for them, for some milliseconds where they are busy.
    """
    done = 0
    for size in _TOGETHER:
        while len(rows) - done >= size:
            values = [value for row in rows[done : done + size] for value in row]
            _driver(connection).execute(_insertion(connection.dialect.name, into, size), values)
            done += size


@lru_cache
def _insertion(dialect: str, into: Insertion, rows: int) -> str:
    statement = _STYLES[dialect][0].insert(into.table).on_conflict_do_nothing(index_elements=into.key).inline()
    text = Statement.of(statement, dialect, column_keys=list(into.fields)).text
    head, values, rest = text.partition(" VALUES ")
    row, conflict, end = rest.partition(" ON CONFLICT ")
    return head + values + ", ".join([row] * rows) + conflict + end
