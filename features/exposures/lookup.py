"""Look-up: the lists that one customer was shown last.

There is no index of customers, since that would cost every answer. The newest groups are looked through, as far back as
so many answers reach; the whole log is for those who have time.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from features.exposures import schema
from features.exposures.exposure import Exposure
from features.exposures.group import PLACE, Group, unpacked
from features.exposures.identifier import second_of
from features.store.backend import Backend
from features.store.statements import evened

NEAR = 20_000  # answers of the whole shop: a millisecond or so
_GROUPS = 2_000
_NAMED = 500  # lists that a statement names
_C = schema.EXPOSURES.c
_L = schema.LISTS.c

# The newest groups, how many answers were written after each, and the first that is looked at.
_NEWEST = select(_C.sequence, _C.answers).order_by(_C.sequence.desc()).limit(_GROUPS).subquery().c
_AFTER = func.sum(_NEWEST.answers).over(order_by=_NEWEST.sequence.desc()) - _NEWEST.answers
_REACHED = select(_NEWEST.sequence, _AFTER.label("after")).subquery().c
_BEGIN = select(func.min(_REACHED.sequence)).where(_REACHED.after < bindparam("within")).scalar_subquery()
_ALL = {
    dialect: select(*(_C[name] for name in Group._fields))
    .where(named(_C.customers, bindparam("named")) > 0)
    .order_by(_C.sequence.desc())
    for dialect, named in (("sqlite", func.instr), ("postgresql", func.strpos))
}
_NEAR = {dialect: groups.where(_C.sequence >= _BEGIN) for dialect, groups in _ALL.items()}
_SHOWN = select(_L.list_id, _L.model_version, _L.shown, _L.products).where(
    _L.list_id.in_(bindparam("names", expanding=True))
)


@dataclass(frozen=True)
class Seen:
    """A list that somebody was shown."""

    recommendation_id: str
    time: int  # seconds since the epoch, UTC
    placement: str | None
    channel: str | None
    model_version: str
    products: Sequence[str]  # ids, in the order shown


def last_shown(backend: Backend, customer_id: str, *, most: int | None = 5, within: int | None = NEAR) -> list[Seen]:
    """The newest first; `most` of them, of the newest `within` answers of the log; None for all."""
    with backend.reading() as connection:
        groups = (_ALL if within is None else _NEAR)[connection.dialect.name]
        asked = {"named": json.dumps(customer_id), **({} if within is None else {"within": within})}
        found: list[Exposure] = []
        for row in connection.execute(groups, asked):
            own = unpacked(Group(*row), customer_id)
            found += sorted(own, key=lambda one: one.recommendation_id, reverse=True)
            if most is not None and len(found) >= most:
                break
        return _seen(connection, found[:most])


def _seen(connection: Connection, shown: Sequence[Exposure]) -> list[Seen]:
    names = sorted({one.list_id for one in shown})
    known: dict[str, Any] = {}
    for first in range(0, len(names), _NAMED):
        wanted = {"names": evened(names[first : first + _NAMED])}
        known |= {row.list_id: row for row in connection.execute(_SHOWN, wanted)}
    return [
        Seen(
            one.recommendation_id,
            second_of(one.recommendation_id),
            one.placement,
            one.channel,
            known[one.list_id].model_version,
            _products(one, json.loads(known[one.list_id].products), known[one.list_id].shown),
        )
        for one in shown
        if one.list_id in known
    ]


def _products(one: Exposure, products: Sequence[str], shown: int) -> Sequence[str]:
    if one.places is None:
        return products[:shown]
    places = memoryview(one.places).cast("B")
    size = PLACE.itemsize
    return [products[int.from_bytes(places[at : at + size], "little")] for at in range(0, len(places), size)]
