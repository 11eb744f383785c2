"""Retention: old exposures go, and those of a customer who asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select

from features.arrays import DAY
from features.exposures import schema
from features.exposures.config import ExposuresConfig
from features.exposures.identifier import first_id, second_of
from features.exposures.log import ExposureLog

ROWS = 5_000  # in a transaction: those who write wait for no more than that
_IDS = 500  # customers that a statement names
_C = schema.EXPOSURES.c
_LIST = schema.LISTS.c.list_id


@dataclass(frozen=True)
class Status:
    """What a log holds."""

    place: str
    exposures: int
    lists: int  # of different content
    start: int | None  # seconds since the epoch, UTC: the first that is kept
    end: int | None
    bytes: int


def status_of(log: ExposureLog) -> Status:
    """Count and measure."""
    with log.backend.reading() as connection:
        figures = select(func.count(), func.min(_C.time), func.max(_C.time))
        count, start, end = connection.execute(figures).one()
        lists = connection.execute(select(func.count()).select_from(schema.LISTS)).scalar_one()
        return Status(log.place, count, lists, start, end, log.backend.size(connection))


def trim(log: ExposureLog, config: ExposuresConfig, now: int, *, reused: int = DAY, rows: int = ROWS) -> int:
    """Delete the oldest exposures that are more than `[exposures]` keeps, at most `rows`; return how many went.

    Lists go when everything that showed them has gone: none is reused longer than `reused` seconds after it was made.
    Less than `rows` says that nothing is left to do.
    """
    with log.backend.reading() as connection:
        old = _too_old(connection, config, now)
        oldest = connection.execute(select(func.min(_C.recommendation_id))).scalar()
        unused = first_id((now if oldest is None else second_of(oldest)) - reused) > _LIST
        if old is None and connection.execute(select(_LIST).where(unused).limit(1)).first() is None:
            return 0
    gone = 0 if old is None else _delete(log, schema.EXPOSURES, _C.sequence, old, rows)
    return max(gone, _delete(log, schema.LISTS, _LIST, unused, rows))


def compact(log: ExposureLog, config: ExposuresConfig, now: int, *, reused: int = DAY) -> int:
    """All that `trim` would do in the end, and the space given back; others go on writing. How many exposures went."""
    before = status_of(log).exposures
    while trim(log, config, now, reused=reused):
        pass
    with log.backend.reading() as connection:
        log.backend.tidy(connection)
    return before - status_of(log).exposures


def erase(log: ExposureLog, customer_ids: Sequence[str]) -> int:
    """Delete every exposure of some customers (`anon:ID` for a device's), and return how many there were.

    One pass over the log for 500 customers: erasure is rare, and an index of customers would cost every answer.
    """
    gone = 0
    for first in range(0, len(customer_ids), _IDS):
        theirs = _C.customer_id.in_(list(customer_ids[first : first + _IDS]))
        with log.backend.reading() as connection:
            sequences = list(connection.execute(select(_C.sequence).where(theirs)).scalars())
        for start in range(0, len(sequences), ROWS):
            with log.backend.writing() as connection:
                these = _C.sequence.in_(sequences[start : start + ROWS])
                gone += connection.execute(delete(schema.EXPOSURES).where(these)).rowcount
    return gone


def _too_old(connection: Connection, config: ExposuresConfig, now: int) -> ColumnElement[bool] | None:
    """Which exposures are to go; None where there is none."""
    first, last = connection.execute(select(func.min(_C.sequence), func.max(_C.sequence))).one()
    if first is None:
        return None
    rules: list[ColumnElement[bool]] = []
    if last - first >= config.keep_lists:
        rules.append(_C.sequence <= last - config.keep_lists)
    aged = _C.recommendation_id < first_id(now - config.keep_days * DAY)
    if config.keep_days and connection.execute(select(_C.sequence).where(aged).limit(1)).first() is not None:
        rules.append(aged)
    return or_(*rules) if rules else None


def _delete(log: ExposureLog, table: Table, key: ColumnElement[object], which: ColumnElement[bool], rows: int) -> int:
    some = select(key).where(which).limit(rows)
    with log.backend.writing() as connection:
        return connection.execute(delete(table).where(key.in_(some))).rowcount
