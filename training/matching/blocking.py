"""Blocking: which pairs of records are compared at all.

Comparing every record with every other is out of the question; those are compared that agree in a column, or in two.
Rules are chosen by counting the pairs that they give: first single columns, the most telling ones first, then pairs of
the columns that were too common by themselves, until there are as many pairs as may be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from features.arrays import Counts
from features.logs import log
from training.matching.config import Meaning

if TYPE_CHECKING:
    import pandas as pd

ALONE = 0.25  # of all pairs that may be compared, those that one column may give
MOST_RULES = 16
STARTS: Mapping[Meaning, int] = {"given_name": 3, "surname": 3, "name": 4, "birth_date": 4, "email": 5, "postcode": 3}
"""Characters at the beginning that are a key of their own: errors come later in a word as well."""


@dataclass(frozen=True)
class Rule:
    """Records that agree in all of some keys are compared; a key is a column, or its first characters."""

    keys: tuple[tuple[str, int | None], ...]
    pairs: int

    @property
    def columns(self) -> frozenset[str]:
        """What records agree in, in part at least."""
        return frozenset(column for column, _ in self.keys)

    @property
    def whole(self) -> bool:
        """Whether they agree in whole columns."""
        return all(length is None for _, length in self.keys)

    @property
    def expressions(self) -> list[str]:
        """The keys in SQL."""
        return [f'"{c}"' if length is None else f'substr("{c}", 1, {length})' for c, length in self.keys]


def rules(table: "pd.DataFrame", meanings: Mapping[str, Meaning], *, most: int) -> list[Rule]:
    """The rules for a cleaned table, that give at most about `most` pairs together; the most telling first."""
    codes = {key: _codes(table, *key) for key in _keys(meanings)}
    alone = [Rule((key,), _pairs(code)) for key, code in codes.items() if key[1] is None]
    chosen = [rule for rule in sorted(alone, key=lambda rule: rule.pairs) if 0 < rule.pairs <= most * ALONE]
    left = most - sum(rule.pairs for rule in chosen)
    taken = frozenset().union(*(rule.columns for rule in chosen))
    free = [key for key in codes if key[0] not in taken]
    both = [
        Rule(keys, _pairs(_joined(codes[keys[0]], codes[keys[1]])))
        for keys in combinations(free, 2)
        if keys[0][0] != keys[1][0]
    ]
    for rule in sorted(both, key=lambda rule: rule.pairs):
        if 0 < rule.pairs <= left and len(chosen) < MOST_RULES:
            chosen.append(rule)
            left -= rule.pairs
    log.info("matching.rules", rules=len(chosen), pairs=sum(rule.pairs for rule in chosen))
    return chosen


def _keys(meanings: Mapping[str, Meaning]) -> Sequence[tuple[str, int | None]]:
    whole: list[tuple[str, int | None]] = [(column, None) for column in meanings]
    return whole + [(column, STARTS[meaning]) for column, meaning in meanings.items() if meaning in STARTS]


def _codes(table: "pd.DataFrame", column: str, length: int | None) -> Counts:
    """(N,) a number for each value, -1 where there is none."""
    values = table[column] if length is None else table[column].str[:length]
    found: Counts = values.factorize()[0].astype(np.int64)
    return found


def _joined(one: Counts, other: Counts) -> Counts:
    both = one * (int(other.max(initial=0)) + 1) + other
    both[(one < 0) | (other < 0)] = -1
    return both


def _pairs(code: Counts) -> int:
    """Pairs of records with the same number."""
    _, count = np.unique(code[code >= 0], return_counts=True)
    return int((count * (count - 1) // 2).sum())
