"""Windows know nothing of what comes after them, and a sample is a shop of its own."""

import numpy as np

from features.arrays import DAY
from features.eventlog import EventLog
from tests.training.value.purchases import END, START
from training.value.orders import Orders
from training.value.windows import Windows, horizon_of


def test_moments_are_half_a_horizon_apart_and_leave_room_before_them(log: EventLog) -> None:
    windows = Windows(log, 60)
    moments = windows.moments(END, 60 * DAY, most=4)
    assert [(END - moment) // DAY for moment in moments] == [60, 90, 120, 150]
    assert all(moment >= log.start + 20 * DAY for moment in windows.moments(START + 130 * DAY, 60 * DAY, most=9))


def test_outcomes_are_what_came_after(log: EventLog) -> None:
    windows, time = Windows(log, 60), END - 60 * DAY
    window = windows.at(time)
    after = Orders.of(log.window(time, END), END)
    spent = np.zeros(len(log.customers))
    spent[after.rows] = after.spend
    np.testing.assert_allclose(windows.spent(window, 60 * DAY), spent[window.rows], rtol=1e-12)
    assert (windows.bought(window, 60 * DAY) >= (spent[window.rows] > 0)).all()


def test_a_sample_has_whole_customers_with_their_refunds(log: EventLog) -> None:
    whole, some = Windows(log, 60), Windows.of(log, 60, customers=300, seed=1)
    assert len(some.log.customer_first) == 300
    window = some.at(END)
    assert 200 < len(window.rows) <= 300
    known = {tuple(row) for row in whole.at(END).known.view(np.uint32).tolist()}
    assert all(tuple(row) in known for row in window.known.view(np.uint32).tolist())
    spent = some.spent(some.at(END - 60 * DAY), 60 * DAY)
    assert 0 < spent.sum() < whole.spent(whole.at(END - 60 * DAY), 60 * DAY).sum()


def test_a_horizon_is_half_of_what_was_seen_at_most() -> None:
    assert horizon_of(400.0, 90) == 90
    assert horizon_of(101.0, 90) == 50
