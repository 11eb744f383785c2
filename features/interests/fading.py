"""Fading: how much an interest that was declared still says, as time goes by and behaviour says more.

Fresh it counts as one purchase of the day. It counts half after every `HALF_LIFE` days, and half again after every
`DAYS_OF_PURCHASES` days on which the customer bought something since: who buys shows what they like.
"""

import numpy as np

from features.arrays import DAY, NO_TIME, Doubles, rows_of
from features.groups import wanted
from features.history import History
from features.kinds import WITHOUT_PRODUCT
from features.profiles import Interests

HALF_LIFE = 180.0  # days
DAYS_OF_PURCHASES = 6.0
EVENTS = 5.0
"""Events of one's own after which the order of lists listens half as much to what was declared."""
_LEAST = 0.05  # below that it does not listen at all
_TOUCHES = ~wanted(*WITHOUT_PRODUCT)


def strengths(interests: Interests, history: History, time: int) -> Doubles:
    """(N,) of the interests of R customers, 0 to 1, as of a moment; `history` has the same rows.

    Where it is not known since when, only the purchases count, and all of them.
    """
    since = interests.since
    age = np.where(since == NO_TIME, 0.0, np.maximum(time - since, 0) / DAY)
    faded: Doubles = np.exp2(-age / HALF_LIFE - _bought_since(interests, history) / DAYS_OF_PURCHASES)
    return faded


def word(history: History) -> Doubles:
    """(R,) how much the order of lists listens to what R customers declared: 1 for those who did nothing yet, half
    after every `EVENTS` events with products, and at last nothing: by then the ranker knows better."""
    events = np.bincount(history.row[_TOUCHES[history.kind]], minlength=len(history))
    said = np.exp2(-events / EVENTS)
    return np.where(said < _LEAST, 0.0, said)


def _bought_since(interests: Interests, history: History) -> Doubles:
    """(N,) days with purchases after the day of each declaration."""
    if not len(interests.code) or not len(history.time):
        return np.zeros(len(interests.code))
    bought = history.purchases
    key = np.unique((bought.row.astype(np.int64) << 32) + bought.time // DAY)
    row = rows_of(interests.offsets).astype(np.int64)
    day = np.where(interests.since == NO_TIME, -1, interests.since // DAY)
    after = np.searchsorted(key, (row << 32) + day, side="right")
    return (np.searchsorted(key, (row + 1) << 32) - after).astype(np.float64)
