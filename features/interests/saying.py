"""Saying: what customers told the shop, put upon what it knew of them before."""

from collections.abc import Mapping, Sequence

import numpy as np

from features.arrays import Bools, rows_of
from features.catalogue import Catalogue
from features.history import History
from features.interests.names import LEVELS, Level, Names
from features.interests.told import Told
from features.profiles import Interests


def said(known: Mapping[int, int], told: Told | None, names: Names, level: Level) -> dict[int, int]:
    """Since when a customer is interested in the groups of a level, by code; `known` is what the tables say.

    Whoever declared anything is interested in that, and in nothing else that the tables say.
    """
    if told is None:
        return dict(known)
    found: dict[int, int] = {}
    if told.declared is not None:
        for name, since in told.declared:
            for code in names.find(name).of(level):
                found[code] = min(since, found.get(code, since))
        return found
    gone = {code for name in told.removed for code in names.whole(name).of(level)}
    return {code: since for code, since in known.items() if code not in gone}


def put_upon(levels: Sequence[Interests], told: Mapping[int, Told], names: Names) -> list[Interests]:
    """The interests of all customers by level, some of whom, by row, said more."""
    return [_put(interests, level, told, names) for interests, level in zip(levels, LEVELS, strict=True)]


def _put(interests: Interests, level: Level, told: Mapping[int, Told], names: Names) -> Interests:
    rows = sorted(told)
    others = np.ones(len(interests), np.bool_)
    others[rows] = False
    own = [said(interests.row(row), told[row], names, level) for row in rows]
    kept, new = interests.only(others[rows_of(interests.offsets)]), Interests.of(own)
    row = np.concatenate([rows_of(kept.offsets), np.array(rows, np.int64)[rows_of(new.offsets)]])
    by = np.argsort(row, kind="stable")
    offsets = np.append(0, np.cumsum(np.bincount(row, minlength=len(interests))))
    code, since = np.concatenate([kept.code, new.code]), np.concatenate([kept.since, new.since])
    return Interests(offsets, code[by], since[by])


def unwanted(told: Told, names: Names, catalogue: Catalogue) -> Bools:
    """(P,) the products that somebody does not want to be known for: of what was removed, and not declared since."""
    found = np.zeros(len(catalogue), np.bool_)
    for name in told.removed:
        found |= names.whole(name).products(catalogue)
    for name, _ in told.declared or ():
        found &= ~names.find(name).products(catalogue)
    return found


def hidden(history: History, unwanted: Mapping[int, Bools]) -> Bools:
    """(N,) the events with products that their customers, by row, do not want to be known for."""
    found = np.zeros(len(history.time), np.bool_)
    for row, products in unwanted.items():
        own = slice(int(history.offsets[row]), int(history.offsets[row + 1]))
        product = history.product[own]
        found[own] = products[product] & (product >= 0)
    return found
