"""What a list should have foreseen, and what it was worth."""

from dataclasses import replace

import numpy as np
import pytest

from features.arrays import DAY
from features.eventlog import EventLog
from features.kinds import Kind
from features.market import Market
from tests.training.corner import codes
from tests.training.evaluation.small import Line, catalogue, log_of
from training.config import TrainingConfig
from training.labels import Labels

T = 10 * DAY


@pytest.fixture
def log() -> EventLog:
    """Before day 10 the products a, b and c are known; ann and bob come back, cid is new, d is launched."""
    return log_of(
        Line("ann", "a", 1, price=2.0),
        Line("ann", "b", 2, price=4.0),
        Line("bob", "c", 3, price=6.0),
        Line("ann", "a", 11, price=2.0),
        Line("ann", "a", 12, price=2.0),
        Line("ann", "b", 13, kind=Kind.VIEW),
        Line("ann", "a", 14, kind=Kind.VIEW),
        Line("bob", "d", 12),
        Line("bob", "c", 12, price=6.0, order=1),
        Line("bob", "c", 13, price=6.0, order=1, kind=Kind.REFUND),
        Line("cid", "b", 15, price=4.0),
        Line("cid", "d", 15),
    )


def labels(log: EventLog, price: tuple[float, ...] = (), cost: tuple[float, ...] = (), **config: object) -> Labels:
    """Of the days 10 to 20; products that were known before it: a, b, c."""
    goods = catalogue([0, 0, 0])
    goods = replace(goods, price=np.array(price, np.float32)) if price else goods
    goods = replace(goods, cost=np.array(cost, np.float32)) if cost else goods
    market = Market.measure(log.as_of(T), goods, time=T, horizon=10)
    return Labels.of(log.window(T, T + 10 * DAY), goods, market, TrainingConfig(**config))  # type: ignore[arg-type]


def test_each_product_bought_once(log: EventLog) -> None:
    found = labels(log)
    assert found.offsets.tolist() == [0, 1, 1, 2]
    assert found.product.tolist() == [0, 1]
    assert found.gain.tolist() == [1.0, 1.0]


def test_what_nobody_could_know_is_counted(log: EventLog) -> None:
    assert labels(log).unseen.tolist() == [0, 1, 1]


def test_the_gain_of_a_pair(log: EventLog) -> None:
    assert labels(log).find(codes(0, 0, 2, 2), codes(0, 1, 1, 2)).tolist() == [1.0, 0.0, 1.0, 0.0]
    nothing = Labels(np.zeros(2, np.int64), codes(), np.zeros(0), np.zeros(1, np.int64))
    assert nothing.find(codes(0), codes(0)).tolist() == [0.0]


def test_other_events_may_count_the_best_of_a_product_once(log: EventLog) -> None:
    found = labels(log, event_weights={"purchase": 1.0, "view": 0.25})
    assert found.product.tolist() == [0, 1, 1]
    assert found.gain.tolist() == [1.0, 0.25, 1.0]
    assert labels(log, event_weights={"view": 0.5}).gain.tolist() == [0.5, 0.5]


def test_revenue_is_worth_the_price_against_the_usual_one(log: EventLog) -> None:
    """Prices paid are 2, 4 and 6; a list price comes before them."""
    assert labels(log, objective="revenue").gain.tolist() == [0.5, 1.0]
    assert labels(log, (10.0, 2.0, 3.0), objective="revenue").gain.tolist() == [2.0, 0.4]


def test_margin_is_worth_the_price_less_the_cost(log: EventLog) -> None:
    """Margins are 1, 3 and unknown, which counts as the usual 2."""
    found = labels(log, (2.0, 4.0, 9.0), (1.0, 1.0, np.nan), objective="margin")
    assert found.gain.tolist() == [0.5, 1.5]


def test_what_is_sold_at_a_loss_was_bought_all_the_same(log: EventLog) -> None:
    found = labels(log, (2.0, 4.0, 9.0), (5.0, 1.0, 1.0), objective="margin")
    assert 0 < found.gain[0] < 1e-3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"event_weights": {"purchse": 1.0}}, "event_weights: 'purchse' cannot be foreseen; use view, click"),
        ({"event_weights": {"refund": 1.0}}, "'refund' cannot be foreseen"),
        ({"event_weights": {"view": -1.0}}, r"event_weights\.view = -1\.0: must be 0 or more"),
        ({"event_weights": {"view": 0.0}}, "at least one must be above 0"),
        ({"event_weights": {}}, "at least one must be above 0"),
        ({"horizon": 0}, "horizon = 0: must be 1 or more"),
        ({"seed": -1}, "seed = -1: must be 0 or more"),
    ],
)
def test_settings_that_make_no_sense(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainingConfig(**values)  # type: ignore[arg-type]  # that is the point
