"""Questions: what live resolution asks the store, written once with SQLAlchemy and run as text on the driver.

A login asks a dozen of them, and SQLAlchemy takes longer over each than the database does.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, func, or_, select, union_all

from features.identity.config import CUSTOMER
from features.identity.link import StoredLink
from features.identity.schema import LINKS, MEMBERS, PERSONS
from features.store.statements import Statement

Row = tuple[Any, ...]

_SIZES = (1, 2, 4, 8, 16, 64, 200)  # names in a statement: few different ones, so that databases know them prepared
_L = LINKS.c


def links_of(connection: Connection, nodes: Sequence[str], *, customers: bool = True) -> list[Row]:
    """(sequence, one, other, time, probability) of the links that count at some nodes, or of those to no customer."""
    found: list[Row] = []
    for size, some in _parts(nodes):
        found += _links(connection.dialect.name, size, customers).rows(connection, some)
    return found


def customers_of(connection: Connection, node: str, *, most: int, probability: float) -> int:
    """How many customers are linked to a node, with no less than a probability; beyond `most` it is not counted on."""
    values = {"node": node, "most": most + 1, "least": probability}
    return int(_customers(connection.dialect.name).rows(connection, values)[0][0])


def count_of(connection: Connection, node: str, most: int) -> int:
    """How many links a node has; beyond `most` it is not counted on."""
    return int(_count(connection.dialect.name).rows(connection, {"node": node, "most": most})[0][0])


def link_between(connection: Connection, link: StoredLink) -> Row | None:
    """(sequence, time, probability, undone) of a link, None where there is none."""
    found = _between(connection.dialect.name).rows(connection, {"one": link.one, "other": link.other})
    return found[0] if found else None


def persons_of(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The person of each id that has, or had, another one."""
    found: dict[str, str] = {}
    for size, some in _parts(ids):
        found |= dict(_persons(connection.dialect.name, size).rows(connection, some))
    return found


def kept_of(connection: Connection, nodes: Sequence[str]) -> set[str]:
    """Which of some nodes have a sealed value."""
    return {
        row[0] for size, some in _parts(nodes) for row in _kept(connection.dialect.name, size).rows(connection, some)
    }


def _parts(names: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Names for statements of a few sizes; the last one stands for those that are lacking."""
    found = []
    for begin in range(0, len(names), _SIZES[-1]):
        some = names[begin : begin + _SIZES[-1]]
        size = next(size for size in _SIZES if size >= len(some))
        found.append((size, {f"n{i}": some[min(i, len(some) - 1)] for i in range(size)}))
    return found


def _places(size: int) -> list[Any]:
    return [bindparam(f"n{i}") for i in range(size)]


def _customer(column: ColumnElement[str]) -> ColumnElement[bool]:
    return column.like(f"{CUSTOMER.replace('_', '/_')}:%", escape="/")


@lru_cache
def _links(dialect: str, size: int, customers: bool) -> Statement:
    found = select(_L.sequence, _L.one, _L.other, _L.time, _L.probability).where(_L.undone.is_(None))
    found = found.where(or_(_L.one.in_(_places(size)), _L.other.in_(_places(size))))
    return Statement.of(found if customers else found.where(~_customer(_L.one), ~_customer(_L.other)), dialect)


@lru_cache
def _customers(dialect: str) -> Statement:
    node: BindParameter[str] = bindparam("node")
    limit: BindParameter[int] = bindparam("most")
    ends = ((_L.one, _L.other), (_L.other, _L.one))
    counts = and_(_L.undone.is_(None), _L.probability >= bindparam("least"))
    there = [and_(own == node, _customer(other), counts) for own, other in ends]
    some = [select(select(_L.sequence).where(one).limit(limit).subquery().c.sequence) for one in there]
    return Statement.of(select(func.count()).select_from(union_all(*some).subquery()), dialect)


@lru_cache
def _count(dialect: str) -> Statement:
    node: BindParameter[str] = bindparam("node")
    limit: BindParameter[int] = bindparam("most")
    some = [
        select(select(_L.sequence).where(own == node).limit(limit).subquery().c.sequence) for own in (_L.one, _L.other)
    ]
    return Statement.of(select(func.count()).select_from(union_all(*some).subquery()), dialect)


@lru_cache
def _between(dialect: str) -> Statement:
    found = select(_L.sequence, _L.time, _L.probability, _L.undone)
    return Statement.of(found.where(_L.one == bindparam("one"), _L.other == bindparam("other")), dialect)


@lru_cache
def _persons(dialect: str, size: int) -> Statement:
    return Statement.of(select(MEMBERS.c.id, MEMBERS.c.person).where(MEMBERS.c.id.in_(_places(size))), dialect)


@lru_cache
def _kept(dialect: str, size: int) -> Statement:
    return Statement.of(select(PERSONS.c.node).where(PERSONS.c.node.in_(_places(size))), dialect)
