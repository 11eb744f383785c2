"""Facts do not depend on who else is asked about, nor on what comes later."""

import numpy as np
import pytest

from features.arrays import DAY
from features.eventlog import EventLog
from tests.training.value.purchases import END, START
from training.value.facts import NAMES, bent, facts
from training.value.orders import Orders

HORIZON = 60


def of(log: EventLog, time: int, row: int | None = None) -> np.ndarray:
    history = log.as_of(time)
    return facts(Orders.of(history if row is None else history.take(np.array([row])), time), time, HORIZON)


def test_one_customer_has_the_facts_that_they_have_among_all(log: EventLog) -> None:
    whole = of(log, END)
    rows = Orders.of(log.as_of(END), END).rows
    for place in (0, 7, len(rows) - 1):
        np.testing.assert_array_equal(of(log, END, int(rows[place]))[0], whole[place])


def test_facts_by_hand(log: EventLog) -> None:
    time = START + 100 * DAY
    orders, known = Orders.of(log.as_of(time), time), of(log, time)
    place = int(np.argmax(orders.count))
    own = slice(orders.offsets[place], orders.offsets[place + 1])
    at = dict(zip(NAMES, known[place], strict=True))
    assert at["orders"] == orders.count[place]
    assert at["recency"] == pytest.approx((time - orders.time[own][-1]) / DAY / HORIZON, rel=1e-5)
    assert at["mean_order"] == pytest.approx(orders.amount[own].mean(), rel=1e-5)
    assert at["largest_order"] == pytest.approx(orders.amount[own].max(), rel=1e-5)
    assert at["gap"] == pytest.approx(np.diff(orders.time[own]).mean() / DAY / HORIZON, rel=1e-4)
    ages = (time - orders.time[own]) / DAY / HORIZON
    assert at["orders_two"] == pytest.approx(np.exp2(-ages / 2).sum(), rel=1e-5)


def test_the_linear_scale_is_finite_for_all(log: EventLog) -> None:
    assert np.isfinite(bent(of(log, END))).all()
    assert np.isfinite(bent(of(log, START + 1))).all()  # orders of this very second
