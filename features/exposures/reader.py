"""Reading the exposure log, in parts that fit into memory."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from sqlalchemy import Connection, select

from features.exposures import schema
from features.exposures.exposure import ListRow
from features.exposures.group import ID, Group
from features.exposures.identifier import first_id
from features.exposures.shown import Shown
from features.store.backend import Backend
from features.store.statements import evened

_PRODUCTS = 200_000  # at once, about
_GROUPS = 5_000  # at once
_NAMED = 500  # lists that a statement names
_C = schema.EXPOSURES.c
_END = 2**62  # seconds


def parts(backend: Backend, start: int = 0, end: int = _END) -> Iterator[Shown]:
    """What was shown from the second `start` on and before `end`, each part in the order of the answers' ids.

    What is written meanwhile may or may not be among it. StoreUnavailable where the database is away.
    """
    begin, until = first_id(start), first_id(end)
    done = ""
    while True:
        with backend.reading() as connection:
            groups = _groups(connection, begin, until, done)
            lists = _lists(connection, groups)
        if not groups:
            return
        done = groups[-1].first_id
        shown = Shown.of_groups(groups, lists, begin.encode(), until.encode())
        if len(shown):
            yield shown


def _groups(connection: Connection, begin: str, until: str, done: str) -> list[Group]:
    """The next ones in the order of their first ids, as many as fit."""
    which = (_C.last_id >= begin) & (_C.first_id < until) & (_C.first_id > done)
    sizes = select(_C.products, _C.answers).where(which).order_by(_C.first_id).limit(_GROUPS)
    totals = accumulate(max(one) for one in connection.execute(sizes))
    fitting = sum(total <= _PRODUCTS for total in totals)
    fields = [_C[name] for name in Group._fields]
    rows = connection.execute(select(*fields).where(which).order_by(_C.first_id).limit(max(fitting, 1)))
    return [Group(*row) for row in rows]


def _lists(connection: Connection, groups: Sequence[Group]) -> list[ListRow]:
    texts = (group.list_ids for group in groups)
    wanted = sorted({text[at : at + ID] for text in texts for at in range(0, len(text), ID)})
    fields = [schema.LISTS.c[name] for name in ListRow._fields]
    found: list[ListRow] = []
    for first in range(0, len(wanted), _NAMED):
        named = schema.LISTS.c.list_id.in_(evened(wanted[first : first + _NAMED]))
        found += [ListRow(*row) for row in connection.execute(select(*fields).where(named))]
    return found
