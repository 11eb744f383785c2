"""Affinity: what everything that is known of customers says about the groups of products they like.

Generators of candidates and the interests that customers are shown rest on the same signs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import DAY, Codes, Counts, Doubles, rows_of
from features.catalogue import Catalogue
from features.context import Context
from features.history import History
from features.interests.fading import strengths
from features.interests.names import Level
from features.kinds import Kind
from features.profiles import Interests, Profiles

WEIGHTS = {Kind.PURCHASE: 1.0, Kind.WISHLIST: 0.5, Kind.ADD_TO_CART: 0.5, Kind.CLICK: 0.1, Kind.VIEW: 0.1}
"""What an event says about the group of its product."""
HALF_LIFE = 90.0
"""Days after which an event says half as much."""
IN_HAND = 1.0
"""Weight of a product in the basket or on the page: as one purchase today."""
DECLARED = 1.0
"""Weight of an interest that was declared just now; it fades."""

_WEIGHT = np.zeros(max(Kind) + 1)
_WEIGHT[list(WEIGHTS)] = list(WEIGHTS.values())


@dataclass(frozen=True)
class Signs:
    """N weights of groups for customers, in the order of their sums."""

    row: Codes
    group: Codes  # -1 for none
    weight: Doubles

    @classmethod
    def joined(cls, parts: "Sequence[Signs]") -> "Signs":
        """One after the other."""
        return cls(
            np.concatenate([part.row for part in parts]),
            np.concatenate([part.group for part in parts]),
            np.concatenate([part.weight for part in parts]),
        )


@dataclass(frozen=True)
class Done:
    """E events that say something, and how much each does."""

    at: Counts  # (E,) of a history
    weight: Doubles  # (E,)


def codes_of(catalogue: Catalogue, level: Level) -> tuple[Codes, int]:
    """(P,) the group of each product, -1 for none, and the number of groups."""
    codes = {"department": catalogue.department, "category": catalogue.category, "brand": catalogue.brand}[level]
    return codes, int(codes.max(initial=-1)) + 1


def signs_of(
    history: History,
    profiles: Profiles,
    context: Context,
    level: Level,
    *,
    code: Codes,
    half_life: float = HALF_LIFE,
    done: Done | None = None,
) -> Signs:
    """Decayed purchases, wishes, carts and views, what is in hand, and what was declared; `code` (P,) groups products.

    Groups of declared interests may be ones that `code` does not have. `done` is `weighed(history, ...)`, where several
    levels are asked about.
    """
    own = weighed(history, context.time, half_life) if done is None else done
    parts = [_grouped(history, code, own), *_from_hand(context, code)]
    declared = interests_of(profiles, level)
    if len(declared.code):
        weight = DECLARED * strengths(declared, history, context.time)
        parts.append(Signs(rows_of(declared.offsets), declared.code, weight))
    return Signs.joined(parts)


def from_history(history: History, code: Codes, time: int, half_life: float = HALF_LIFE) -> Signs:
    """Of what was done."""
    return _grouped(history, code, weighed(history, time, half_life))


def weighed(history: History, time: int, half_life: float = HALF_LIFE) -> Done:
    """What was done that says something."""
    weight = _WEIGHT[history.kind]
    at = np.flatnonzero((weight > 0.0) & (history.product >= 0))
    age = (time - history.time[at]) / DAY
    return Done(at, weight[at] * np.exp2(-age / half_life))


def _grouped(history: History, code: Codes, done: Done) -> Signs:
    return Signs(history.row[done.at], code[history.product[done.at]], done.weight)


def interests_of(profiles: Profiles, level: Level) -> Interests:
    """What was declared of one level."""
    return {"department": profiles.departments, "category": profiles.categories, "brand": profiles.brands}[level]


def _from_hand(context: Context, code: Codes) -> list[Signs]:
    signs = []
    if len(context.basket):
        group = code[context.basket]
        signs.append(Signs(rows_of(context.basket_offsets), group, np.full(len(group), IN_HAND)))
    rows = np.flatnonzero(context.viewed >= 0).astype(np.int32)
    if len(rows):
        signs.append(Signs(rows, code[context.viewed[rows]], np.full(len(rows), IN_HAND)))
    return signs
