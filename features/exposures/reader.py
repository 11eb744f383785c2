"""Reading the exposure log, in parts that fit into memory."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from features.exposures import schema
from features.exposures.exposure import Exposure, ListRow
from features.exposures.identifier import first_id
from features.exposures.shown import Shown
from features.store.backend import Backend

_ANSWERS = 10_000  # at once
_PRODUCTS = 200_000  # at once, about
_NAMED = 500  # lists that a statement names
_C = schema.EXPOSURES.c
_END = 2**62  # seconds


def parts(backend: Backend, start: int = 0, end: int = _END) -> Iterator[Shown]:
    """What was shown from the second `start` on and before `end`, in the order of the answers' ids.

    What is written meanwhile may or may not be among it. StoreUnavailable where the database is away.
    """
    after, before = first_id(start), first_id(end)
    some = _ANSWERS
    while True:
        with backend.reading() as connection:
            exposures = _exposures(connection, after, before, some)
            lists = _lists(connection, {exposure.list_id for exposure in exposures})
        if not exposures:
            return
        after = exposures[-1].recommendation_id
        there = {row.list_id for row in lists}  # others were deleted a moment ago
        shown = Shown.of_rows([one for one in exposures if one.list_id in there], lists)
        yield shown
        some = max(1, min(_ANSWERS, _PRODUCTS * len(shown) // max(len(shown.product), 1)))


def _exposures(connection: Connection, after: str, before: str, most: int) -> list[Exposure]:
    fields = [_C[name] for name in Exposure._fields]
    window = (_C.recommendation_id > after) & (_C.recommendation_id < before)
    rows = connection.execute(select(*fields).where(window).order_by(_C.recommendation_id).limit(most))
    return [Exposure(*row) for row in rows]


def _lists(connection: Connection, names: set[str]) -> list[ListRow]:
    wanted = sorted(names)
    fields = [schema.LISTS.c[name] for name in ListRow._fields]
    found: list[ListRow] = []
    for first in range(0, len(wanted), _NAMED):
        named: Sequence[str] = wanted[first : first + _NAMED]
        rows = connection.execute(select(*fields).where(schema.LISTS.c.list_id.in_(named)))
        found += [ListRow(*row) for row in rows]
    return found
