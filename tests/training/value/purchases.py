"""A shop whose customers buy at rates of their own until they leave, and spend about as much each time."""

import numpy as np

from features.arrays import DAY
from features.eventlog import EventLog, EventRows
from features.kinds import Kind

START = 1_700_006_400  # midnight
DAYS = 360
END = START + DAYS * DAY


def shop(customers: int = 1_500, *, seed: int = 1, priced: bool = True, days: int = DAYS) -> EventLog:
    """Purchases, and a few refunds, of `days` days."""
    random = np.random.default_rng(seed)
    rate, leaving = random.gamma(0.6, 1 / 20, customers), random.exponential(400, customers)
    joined, worth = random.integers(0, days // 2, customers), random.lognormal(3, 0.6, customers)
    rows: list[tuple[int, int, float, int]] = []
    for customer in range(customers):
        day = float(joined[customer])
        while day < min(days, joined[customer] + leaving[customer]):
            time = START + int(day * DAY)
            price = float(worth[customer] * random.lognormal(0, 0.3)) if priced else float("nan")
            rows.append((customer, time, price, Kind.PURCHASE))
            if random.random() < 0.03 and time + 2 * DAY < START + days * DAY:
                rows.append((customer, time + 2 * DAY, price, Kind.REFUND))
            day += random.exponential(1 / rate[customer]) if rate[customer] > 1e-4 else days
    who, times, prices, kinds = (np.array(column) for column in zip(*rows, strict=True))
    size = len(who)
    return EventLog.build(
        EventRows(
            [f"c{i}" for i in range(customers)],
            ["p"],
            who.astype(np.int32),
            np.zeros(size, np.int32),
            times.astype(np.int64),
            kinds.astype(np.uint8),
            np.ones(size, np.float32),
            prices.astype(np.float32),
            np.full(size, -1, np.int32),
        )
    )
