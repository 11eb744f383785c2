"""Group: the exposures of one write, column by column in one row.

A row for each exposure would take ten times as long to write, and its reader wants columns anyway. All texts are ASCII,
so that whatever a sender writes can be kept by any database.
"""

import json
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from features.exposures.exposure import Exposure

ID = 32  # characters
PLACE, NUMBER = np.dtype("<u2"), np.dtype("<f8")


class Group(NamedTuple):
    """In the order of the columns of `schema.EXPOSURES` behind the sequence."""

    first_id: str  # the least recommendation_id
    last_id: str  # the greatest
    answers: int  # A
    products: int  # that were shown, about
    customers: str  # JSON, A ids
    placements: str | None  # JSON, A labels; None where none is stated
    channels: str | None  # likewise
    recommendation_ids: str  # A times 32 characters
    list_ids: str  # likewise
    drawn: bytes | None  # A times uint16: products of an answer with an order of its own, 0 for one without
    places: bytes | None  # uint16, of those answers
    propensities: bytes | None  # float64, of those answers


def packed(exposures: Sequence[Exposure], products: int = 0) -> Group:
    """One row of some exposures, at least one."""
    ids, customers, placements, channels, list_ids, places, propensities = zip(*exposures, strict=True)
    none_drawn = not any(places)
    return Group(
        min(ids),
        max(ids),
        len(ids),
        products,
        json.dumps(customers),
        json.dumps(placements) if any(placements) else None,
        json.dumps(channels) if any(channels) else None,
        "".join(ids),
        "".join(list_ids),
        None if none_drawn else np.array([len(one or b"") // PLACE.itemsize for one in places], PLACE).tobytes(),
        None if none_drawn else b"".join(filter(None, places)),
        None if none_drawn else b"".join(filter(None, propensities)),
    )


def unpacked(group: Group, customer_id: str | None = None) -> list[Exposure]:
    """The exposures of a row, all or those of one customer."""
    customers = json.loads(group.customers)
    wanted = [number for number, one in enumerate(customers) if customer_id is None or one == customer_id]
    nothing = [None] * group.answers
    placements = json.loads(group.placements) if group.placements else nothing
    channels = json.loads(group.channels) if group.channels else nothing
    drawn = np.frombuffer(group.drawn, PLACE).tolist() if group.drawn else [0] * group.answers
    ends = list(accumulate(drawn))
    places, propensities = group.places or b"", group.propensities or b""
    found = []
    for number in wanted:
        size, end = drawn[number], ends[number]
        orders = [
            part[(end - size) * kind.itemsize : end * kind.itemsize] or None
            for part, kind in ((places, PLACE), (propensities, NUMBER))
        ]
        at = slice(number * ID, (number + 1) * ID)
        names = customers[number], placements[number], channels[number]
        found.append(Exposure(group.recommendation_ids[at], *names, group.list_ids[at], *orders))
    return found
