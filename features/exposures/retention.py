"""Retention: old exposures go, and those of a customer who asks for it."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from itertools import accumulate, takewhile

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from features.arrays import DAY
from features.exposures import schema
from features.exposures.config import ExposuresConfig
from features.exposures.group import Group, packed, unpacked
from features.exposures.identifier import first_id, second_of
from features.exposures.log import ExposureLog

ROWS = 200  # in a transaction: those who write wait for no more than that
_LISTS = 5_000  # likewise
_READ = 200  # groups at once
_C = schema.EXPOSURES.c
_LIST = schema.LISTS.c.list_id


@dataclass(frozen=True)
class Status:
    """What a log holds."""

    place: str
    answers: int
    products: int  # that were shown, about
    lists: int  # that were made
    start: int | None  # seconds since the epoch, UTC: the first that is kept
    end: int | None
    bytes: int


def status_of(log: ExposureLog) -> Status:
    """Count and measure."""
    figures = func.sum(_C.answers), func.sum(_C.products), func.min(_C.first_id), func.max(_C.last_id)
    with log.backend.reading() as connection:
        answers, products, first, last = connection.execute(select(*figures)).one()
        lists = connection.execute(select(func.count()).select_from(schema.LISTS)).scalar_one()
        start, end = (None if name is None else second_of(name) for name in (first, last))
        return Status(log.place, answers or 0, products or 0, lists, start, end, log.backend.size(connection))


def trim(log: ExposureLog, config: ExposuresConfig, now: int, *, reused: int = 0) -> int:
    """Delete some of the oldest exposures that are more than `[exposures]` keeps; 0 says that nothing is left to do.

    Lists go when everything that showed them has gone: none is reused longer than `reused` seconds, or a day, after it
    was made.
    """
    with log.backend.reading() as connection:
        old = _too_old(connection, config, now)
        oldest = connection.execute(select(func.min(_C.first_id))).scalar()
        unused = first_id((now if oldest is None else second_of(oldest)) - max(reused, DAY)) > _LIST
        some = list(connection.execute(select(_LIST).where(unused).order_by(_LIST).limit(_LISTS)).scalars())
    if old or some:
        with log.backend.writing() as connection:
            connection.execute(delete(schema.EXPOSURES).where(_C.sequence.in_(old)))
            if some:
                connection.execute(delete(schema.LISTS).where(some[-1] >= _LIST))
    return len(old) + len(some)


def compact(log: ExposureLog, config: ExposuresConfig, now: int, *, reused: int = 0) -> int:
    """All that `trim` would do in the end, and the space given back; others go on writing. How many answers went."""
    before = status_of(log).answers
    while trim(log, config, now, reused=reused):
        pass
    with log.backend.reading() as connection:
        log.backend.tidy(connection)
    return before - status_of(log).answers


def erase(log: ExposureLog, customer_ids: Collection[str]) -> int:
    """Delete every exposure of some customers (`anon:ID` for a device's), and return how many there were.

    One pass over the log: erasure is rare, and an index of customers would cost every answer.
    """
    names, gone, done = frozenset(customer_ids), 0, 0
    while names:
        with log.backend.reading() as connection:
            some = select(_C.sequence, _C.customers).where(_C.sequence > done).order_by(_C.sequence).limit(_READ)
            found = connection.execute(some).all()
        if not found:
            break
        done = found[-1].sequence
        theirs = [row.sequence for row in found if not names.isdisjoint(json.loads(row.customers))]
        if theirs:
            with log.backend.writing() as connection:
                gone += sum(_without(connection, names, sequence) for sequence in theirs)
    return gone


def _without(connection: Connection, names: Collection[str], sequence: int) -> int:
    """Write one group anew without some customers."""
    this = _C.sequence == sequence
    row = connection.execute(select(*(_C[name] for name in Group._fields)).where(this)).one_or_none()
    if row is None:  # too old by now
        return 0
    group = Group(*row)
    left = [exposure for exposure in unpacked(group) if exposure.customer_id not in names]
    connection.execute(delete(schema.EXPOSURES).where(this))
    if left:
        products = group.products * len(left) // group.answers
        kept = packed(left, products)._asdict()
        connection.execute(insert(schema.EXPOSURES).values(sequence=sequence, **kept))
    return group.answers - len(left)


def _too_old(connection: Connection, config: ExposuresConfig, now: int) -> list[int]:
    """The groups that are to go first."""
    if config.keep_days:
        aged: ColumnElement[bool] = _C.last_id < first_id(now - config.keep_days * DAY)
        found = list(connection.execute(select(_C.sequence).where(aged).limit(ROWS)).scalars())
        if found:
            return found
    more = int(connection.execute(select(func.sum(_C.answers))).scalar() or 0) - config.keep_lists
    first = select(_C.sequence, _C.answers).order_by(_C.first_id).limit(ROWS)
    oldest = connection.execute(first).all() if more > 0 else []
    totals = accumulate((row.answers for row in oldest), initial=0)
    return [row.sequence for row, _ in zip(oldest, takewhile(lambda total: total < more, totals), strict=False)]
