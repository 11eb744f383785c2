"""Following the exposure log: what came in behind a place in it, for those who look again and again."""

import json
from collections.abc import Collection
from itertools import accumulate

from sqlalchemy import select

from features.exposures import schema
from features.exposures.group import Group
from features.exposures.identifier import first_id
from features.store.backend import Backend
from features.store.statements import evened

_GROUPS = 20_000  # that are counted back
_NAMED = 500  # lists that a statement names
_C = schema.EXPOSURES.c


def place_before(backend: Backend, since: int, answers: int) -> int:
    """The sequence behind which the newest answers are: about as many as are asked for, and none that was written
    before the second `since`."""
    newest = select(_C.sequence, _C.answers).where(_C.first_id >= first_id(since)).order_by(_C.first_id.desc())
    last = select(_C.sequence).order_by(_C.sequence.desc()).limit(1)
    with backend.reading() as connection:
        found = connection.execute(newest.limit(_GROUPS)).all()
        end = int(connection.execute(last).scalar() or 0)
    before = accumulate((row.answers for row in found), initial=0)
    wanted = [int(row.sequence) for row, total in zip(found, before, strict=False) if total < answers]
    return min(wanted) - 1 if wanted else end


def behind(backend: Backend, sequence: int, groups: int) -> list[tuple[int, Group]]:
    """The next groups behind a sequence, each with its own, in order; none is missed, since writers take turns."""
    fields = [_C[name] for name in Group._fields]
    following = select(_C.sequence, *fields).where(_C.sequence > sequence).order_by(_C.sequence).limit(groups)
    with backend.reading() as connection:
        return [(row[0], Group(*row[1:])) for row in connection.execute(following)]


def products_of(backend: Backend, list_ids: Collection[str], most: int) -> dict[str, tuple[int, list[str]]]:
    """Of some lists, how many products an answer showed, and the first `most` ids, best first."""
    names, lists = sorted(list_ids), schema.LISTS.c
    columns = select(lists.list_id, lists.shown, lists.products)
    found: dict[str, tuple[int, list[str]]] = {}
    for first in range(0, len(names), _NAMED):
        named = columns.where(lists.list_id.in_(evened(names[first : first + _NAMED])))
        with backend.reading() as connection:
            for name, shown, products in connection.execute(named):
                found[name] = int(shown), json.loads(products)[:most]
    return found
