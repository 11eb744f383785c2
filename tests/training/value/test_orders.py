"""Orders are what was paid and when, net of what was taken back."""

import numpy as np

from features.arrays import DAY
from features.history import History
from features.kinds import Kind
from training.value.orders import Orders

NOW = 100 * DAY
LINES = [  # customer 0 and 2 order, 1 only looks
    (0, 10, Kind.PURCHASE, 2, 5.0, 7),
    (0, 10, Kind.PURCHASE, 1, 3.0, 7),
    (0, 40, Kind.PURCHASE, 1, np.nan, 8),
    (0, 86, Kind.VIEW, 1, np.nan, -1),
    (1, 90, Kind.VIEW, 1, np.nan, -1),
    (2, 99, Kind.PURCHASE, 1, 4.0, -1),
]


def history() -> History:
    row, day, kind, quantity, price, order = (np.array(column) for column in zip(*LINES, strict=True))
    offsets = np.append(0, np.cumsum(np.bincount(row, minlength=3)))
    return History(
        offsets,
        np.zeros(len(row), np.int32),
        day.astype(np.int64) * DAY,
        kind.astype(np.uint8),
        quantity.astype(np.float32),
        price.astype(np.float32),
        order.astype(np.int32),
    )


def test_lines_of_an_order_are_one_order() -> None:
    orders = Orders.of(history(), NOW)
    assert orders.rows.tolist() == [0, 2]
    assert orders.count.tolist() == [2, 1]
    assert orders.amount.tolist() == [13.0, 0.0, 4.0]
    assert orders.lines.tolist() == [2, 1, 1]
    assert orders.spend.tolist() == [13.0, 4.0]


def test_looks_fade_and_the_last_event_of_any_kind_is_known() -> None:
    orders = Orders.of(history(), NOW)
    assert orders.looks.tolist() == [0.5, 0.0]
    assert (orders.seen // DAY).tolist() == [86, 99]


def test_nobody_has_no_orders() -> None:
    orders = Orders.of(History.empty(3), NOW)
    assert len(orders) == 0
    assert orders.spend.tolist() == []
