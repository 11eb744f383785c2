"""What is learned foretells what comes, and never from what comes."""

from dataclasses import replace

import numpy as np
import pytest

from features.arrays import DAY
from features.eventlog import EventLog
from tests.training.value.purchases import DAYS, END, START, shop
from training.value.config import ValueConfig
from training.value.learning import Learning
from training.value.model import ValueModel
from training.value.quality import rank_correlation

CUT = END - 60 * DAY


def test_the_spend_of_an_unseen_window_is_foretold(learning: Learning, log: EventLog) -> None:
    quality = learning.measured()
    assert quality is not None
    metrics = quality.metrics
    assert metrics["spend_ratio"] == pytest.approx(1.0, abs=0.25)
    assert metrics["chance_ratio"] == pytest.approx(1.0, abs=0.15)
    assert metrics["chance_error"] < 0.05
    window = learning._windows.at(CUT)
    recency_alone = -window.known[:, 1].astype(float)
    spent = learning._windows.spent(window, 60 * DAY)
    assert metrics["spend_rank_correlation"] > rank_correlation(recency_alone, spent) + 0.02
    assert metrics["spend_mae"] < np.abs(spent - spent.mean()).mean()


def test_the_model_of_a_moment_does_not_depend_on_what_came_later(log: EventLog) -> None:
    config = ValueConfig(horizon=60, churn_days=120)
    later = log.time >= CUT
    other = replace(log, price=np.where(later, log.price * 100, log.price).astype(np.float32))
    models = [Learning(own, config, seed=1, end=END).fit(CUT) for own in (log, other)]
    found, same = (model.predict(log.as_of(CUT), CUT) for model in models if model)
    np.testing.assert_array_equal(found.spend, same.spend)
    np.testing.assert_array_equal(found.churn, same.churn)


def test_learning_twice_gives_the_same(log: EventLog, model: ValueModel) -> None:
    again = Learning(log, ValueConfig(horizon=60, churn_days=120), seed=1, end=END).fit(END)
    assert again is not None
    history = log.as_of(END)
    np.testing.assert_array_equal(again.predict(history, END).spend, model.predict(history, END).spend)


def test_a_shop_without_prices_has_chances_and_no_spend() -> None:
    log = shop(priced=False)
    model = Learning(log, ValueConfig(horizon=60, churn_days=60), seed=1, end=END).fit(END)
    assert model is not None
    assert model.spending is None
    assert model.stays is None
    values = model.predict(log.as_of(END), END)
    assert np.isnan(values.spend).all()
    assert np.isfinite(values.chance).any()


def test_a_short_log_looks_less_far_ahead() -> None:
    log = shop(days=80)
    learning = Learning(log, ValueConfig(), seed=1, end=START + 80 * DAY)
    assert (learning.horizon, learning.churn_days) == (40, 40)
    assert learning.fit(learning.end) is not None


@pytest.mark.parametrize(("customers", "days"), [(30, DAYS), (500, 10)])
def test_too_little_teaches_nothing(customers: int, days: int) -> None:
    log = shop(customers, days=days)
    learning = Learning(log, ValueConfig(), seed=1, end=START + days * DAY)
    assert learning.fit(learning.end) is None
    assert learning.measured() is None


def test_without_trees_the_lines_are_left(log: EventLog) -> None:
    model = Learning(log, ValueConfig(horizon=60, churn_days=120, trees=0), seed=1, end=END).fit(END)
    assert model is not None
    assert model.buys.trees is None
    assert np.nansum(model.predict(log.as_of(END), END).spend) > 0


@pytest.mark.parametrize("wrong", [{"horizon": 3}, {"windows": 0}, {"churn_days": 30}, {"customers": 1}])
def test_settings_that_make_no_sense_are_named(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ValueConfig(**wrong)  # type: ignore[arg-type]
