"""Account: the interests of one customer, declared and inferred, with how strong they are and what tells so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import NO_TIME, Doubles
from features.catalogue import Catalogue
from features.context import Context
from features.history import History
from features.interests.affinity import Done, codes_of, interests_of, signs_of, weighed
from features.interests.evidence import Evidence
from features.interests.names import LEVELS, Level, Names
from features.interests.told import NOTHING, Told
from features.profiles import Profiles

LEAST = 0.25  # affinity from which behaviour is an interest: a purchase of half a year ago, or three views of today
MOST = 10  # inferred interests that are told
_INFERRED: tuple[Level, ...] = ("category", "brand")  # a department is what several categories have in common


@dataclass(frozen=True)
class Interest:
    """Something that a customer likes."""

    name: str
    level: Level
    strength: float  # 0 to 1: a / (1 + a), where a is the affinity, in purchases of today
    evidence: Evidence
    since: int | None = None  # when it was declared, seconds since the epoch, UTC; None where unknown, or inferred


@dataclass(frozen=True)
class Account:
    """All interests of one customer, the strongest first."""

    declared: Sequence[Interest]
    inferred: Sequence[Interest]
    removed: Sequence[str]  # names of what is not to be inferred again


def account_of(
    history: History, profiles: Profiles, catalogue: Catalogue, names: Names, *, time: int, told: Told | None = None
) -> Account:
    """The interests of one customer as of a moment.

    `history` and `profiles` have one row, and know already what the customer told: as the request that a list is made
    from.
    """
    done = weighed(history, time)
    levels = {level: _Level.of(history, profiles, catalogue, level, time, done=done) for level in LEVELS}
    saying = NOTHING if told is None else told
    if saying.declared is None:
        declared = [part.interest(code, since) for part in levels.values() for code, since in part.declared.items()]
    else:
        declared = [_of_name(name, since, names, levels) for name, since in saying.declared if names.find(name)]
    inferred = [part.interest(code) for level in _INFERRED for part in [levels[level]] for code in part.inferred]
    return Account(_sorted(declared), _sorted(inferred)[:MOST], saying.removed)


def _sorted(interests: Sequence[Interest]) -> list[Interest]:
    return sorted(interests, key=lambda one: (-one.strength, one.name))


def _of_name(name: str, since: int, names: Names, levels: "dict[Level, _Level]") -> Interest:
    """What was declared by a name, which may stand for several groups."""
    meaning = names.find(name)
    part = levels[meaning.level]
    return part.interest(max(meaning.of(part.level), key=lambda code: part.total[code]), since, name=names.shown(name))


@dataclass(frozen=True)
class _Level:
    """What is known of one customer and the G groups of a level."""

    level: Level
    history: History
    catalogue: Catalogue
    time: int
    total: Doubles  # (G,) affinities
    declared: dict[int, int]  # since when, by code

    @classmethod
    def of(
        cls, history: History, profiles: Profiles, catalogue: Catalogue, level: Level, time: int, *, done: Done
    ) -> "_Level":
        code, groups = codes_of(catalogue, level)
        groups = max(groups, len(_names(catalogue, level)))
        signs = signs_of(history, profiles, Context.at(time, 1), level, code=code, done=done)
        known = (signs.group >= 0) & (signs.group < groups)
        total = np.bincount(signs.group[known], signs.weight[known], groups).astype(np.float64)
        return cls(level, history, catalogue, time, total, interests_of(profiles, level).row(0))

    @property
    def inferred(self) -> list[int]:
        return [code for code in np.flatnonzero(self.total >= LEAST).tolist() if code not in self.declared]

    def interest(self, code: int, since: int | None = None, *, name: str | None = None) -> Interest:
        total = float(self.total[code])
        codes, _ = codes_of(self.catalogue, self.level)
        history = self.history
        of_group = (history.product >= 0) & (codes[history.product] == code)
        return Interest(
            _names(self.catalogue, self.level)[code] if name is None else name,
            self.level,
            round(total / (1.0 + total), 3),
            Evidence.of(history, of_group, self.time),
            None if since == NO_TIME else since,
        )


def _names(catalogue: Catalogue, level: Level) -> Sequence[str]:
    return {
        "department": catalogue.department_names,
        "category": catalogue.category_names,
        "brand": catalogue.brand_names,
    }[level]
