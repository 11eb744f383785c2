"""Facts: what is known of customers that foretells what they will spend, and how it bends.

Times are in horizons, so that what was learned of one horizon is near to what holds for another. The trees read the
facts as they are; a linear model reads them on scales on which their effect is about a straight line.
"""

import numpy as np

from features.arrays import DAY, Doubles, Floats, zeroed
from training.value.orders import Orders

HALVES = {"sixth": 1 / 6, "third": 1 / 3, "one": 1.0, "two": 2.0, "four": 4.0}  # half-lives in horizons
YEAR = 364 * DAY
_LOGS = {  # facts that a linear model reads the logarithm of, and what is added before
    "orders": 0.0,
    "recency": 0.05,
    "tenure": 0.1,
    "gap": 0.03,
    "last_gap": 0.03,
    "gap_ratio": 0.1,
    **{f"orders_{name}": 0.02 for name in HALVES},
    **{f"spend_{name}": 1.0 for name in HALVES if name != "sixth"},
    **dict.fromkeys(("mean_order", "usual_order", "last_order", "largest_order"), 1.0),
    "orders_last_year": 0.3,
    "lines": 0.0,
    "looks": 0.1,
    "unseen": 0.05,
}
_SEVERAL = ("gap", "last_gap", "gap_ratio")  # of them those that take more than one order
_GAP_RATIO = list(_LOGS).index("gap_ratio")
_ADDED = np.array(list(_LOGS.values()))[:, None]
NAMES = (
    *("orders", "recency", "tenure", "recency_share", "gap", "gap_ratio", "last_gap", "gap_variation"),
    *(f"orders_{name}" for name in HALVES),
    *(f"spend_{name}" for name in HALVES if name != "sixth"),
    *("rate", "mean_order", "spend", "largest_order", "last_order", "usual_order", "orders_last_year"),
    *("lines", "looks", "unseen"),
)


def facts(orders: Orders, as_of: int, horizon: int) -> Floats:
    """(K, F) `NAMES` of the K customers of `orders`, all of which lie before `as_of`; the horizon is in days."""
    unit, known = horizon * DAY, _Sums(orders)
    count, first, last = known.count, known.first, known.last
    recency, tenure = (as_of - last) / unit, (as_of - first) / unit
    age, spend = (as_of - orders.time) / unit, orders.spend
    gap = np.where(count > 1, (tenure - recency) / np.maximum(count - 1, 1), np.nan)
    year = (orders.time >= as_of - YEAR) & (orders.time < as_of - YEAR + unit)
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = [
            *(count, recency, tenure, recency / tenure, gap, recency / np.maximum(gap, 0.01)),
            *(known.last_gap / unit, known.gap_deviation / unit / gap),
            *(orders.sum(np.exp2(-age / half)) for half in HALVES.values()),
            *(orders.sum(orders.amount * np.exp2(-age / half)) for name, half in HALVES.items() if name != "sixth"),
            *(count / (tenure + 1.0), spend / count, spend, known.largest, orders.amount[orders.offsets[1:] - 1]),
            *(np.exp(orders.sum(np.log(np.maximum(orders.amount, 0.5))) / count), orders.sum(year.astype(np.float64))),
            *(orders.sum(orders.lines.astype(np.float64)) / count, orders.looks, (as_of - orders.seen) / unit),
        ]
    return np.ascontiguousarray(np.array(columns).T, np.float32)


def bent(known: Floats) -> Doubles:
    """(K, B) the facts (K, F) for a linear model: logarithms of counts, times and sums, and a few products."""
    at = dict(zip(NAMES, known.T.astype(np.float64), strict=True))
    several, many = (at["orders"] > 1) * 1.0, (at["orders"] > 2) * 1.0
    share = at["recency_share"]
    named = [zeroed(at[name]) if name in _SEVERAL else at[name] for name in _LOGS]
    named[_GAP_RATIO] = np.minimum(named[_GAP_RATIO], 30.0)
    logs = list(np.log(np.maximum(np.stack(named), 0.0) + _ADDED))
    orders, recency = logs[0], logs[1]
    columns = [
        *(orders, recency, logs[2], share, several),
        *(several * log for log in logs[3:6]),
        many * np.minimum(zeroed(at["gap_variation"]), 3.0),
        *logs[6:],
        *(orders * recency, orders * share, recency**2, orders**2),
    ]
    return np.ascontiguousarray(np.array(columns).T)


class _Sums:
    """What is worked out order by order."""

    def __init__(self, orders: Orders) -> None:
        start, end = orders.offsets[:-1], orders.offsets[1:] - 1
        self.count = orders.count
        self.first, self.last = orders.time[start], orders.time[end]
        gaps = np.zeros(len(orders.time))
        gaps[1:] = np.diff(orders.time)
        gaps[start] = 0.0
        self.last_gap = np.where(self.count > 1, gaps[end], np.nan)
        mean = (self.last - self.first) / np.maximum(self.count - 1, 1)
        variance = orders.sum(gaps * gaps) / np.maximum(self.count - 1, 1) - mean * mean
        self.gap_deviation = np.where(self.count > 2, np.sqrt(np.maximum(variance, 0.0)), np.nan)
        self.largest = np.maximum.reduceat(orders.amount, start) if len(start) else orders.amount
