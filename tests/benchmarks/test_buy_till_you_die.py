"""The baseline is the model of the papers."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import hyp2f1

from benchmarks import buy_till_you_die
from benchmarks.buy_till_you_die import purchases, spend, summary
from benchmarks.value import CDNOW
from features.arrays import DAY
from features.settings import Settings
from features.tables import TablesConfig, load
from training.value.orders import Orders

PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}  # fader2005counting, for a tenth of the customers


def known(*rows: tuple[float, float, float, float]) -> pd.DataFrame:
    columns = ("frequency", "recency", "T", "monetary_value")
    return pd.DataFrame(rows, columns=columns).assign(customer_id=range(len(rows)))


def test_orders_of_a_day_are_one_purchase() -> None:
    orders = Orders(
        np.array([3, 5]),
        np.array([0, 3, 4]),
        np.array([0, 14 * DAY, 14 * DAY + 60, 7 * DAY]),
        np.array([9.0, 10.0, 20.0, 5.0]),
        np.ones(4, np.int64),
        np.zeros(2),
        np.zeros(2, np.int64),
    )
    found = summary(orders, 28 * DAY)
    assert found["customer_id"].tolist() == [0, 1]
    assert found["frequency"].tolist() == [1, 0]
    assert found["recency"].tolist() == [2.0, 0.0]
    assert found["T"].tolist() == [4.0, 3.0]
    assert found["monetary_value"].tolist() == [30.0, 0.0]


def test_parameters_are_found_again() -> None:
    random, size, weeks = np.random.default_rng(1), 2_000, 60.0
    rate, leaving = random.gamma(0.8, 1 / 4.0, size), random.beta(1.0, 3.0, size)
    rows = []
    for customer in range(size):
        repeats, last, now = 0, 0.0, random.exponential(1 / rate[customer])
        while now < weeks:
            repeats, last = repeats + 1, now
            if random.random() < leaving[customer]:
                break
            now += random.exponential(1 / rate[customer])
        rows.append((repeats, last, weeks, 0.0))
    model = buy_till_you_die._fitted("BetaGeoModel", known(*rows), tuple(PUBLISHED))
    found = model.fit_summary()
    assert found["r"] == pytest.approx(0.8, rel=0.2)
    assert found["alpha"] == pytest.approx(4.0, rel=0.25)
    assert found["a"] / (found["a"] + found["b"]) == pytest.approx(0.25, abs=0.06)
    expected = [_coming(*row[:3], 10.0, **found) for row in rows[:50]]
    assert purchases(known(*rows), 10.0)[:50] == pytest.approx(expected, rel=0.02)


def _coming(x: float, last: float, age: float, weeks: float, *, r: float, alpha: float, a: float, b: float) -> float:
    """Purchases in the next weeks (equation 10 of the paper)."""
    series = hyp2f1(r + x, b + x, a + b + x - 1, weeks / (alpha + age + weeks))
    grown = 1 - ((alpha + age) / (alpha + age + weeks)) ** (r + x) * series
    gone = a / (b + x - 1) * ((alpha + age) / (alpha + last)) ** (r + x) if x else 0.0
    return float((a + b + x - 1) / (a - 1) * grown / (1 + gone))


def test_spend_is_pulled_to_the_mean_of_all() -> None:
    random = np.random.default_rng(1)
    bought = 1.0 + np.arange(300) % 9
    paid = random.gamma(3.0 * bought, random.gamma(4.0, 10.0, 300) / (3.0 * bought))
    others = [(times, 1.0, 2.0, mean) for times, mean in zip(bought.tolist(), paid.tolist(), strict=True)]
    asked = [(0.0, 0.0, 1.0, 0.0), (1.0, 1.0, 1.0, 100.0), (50.0, 1.0, 1.0, 100.0)]
    nobody, once, often = spend(known(*others, *asked))[-3:]
    assert nobody == pytest.approx(paid.mean(), rel=0.2)
    assert nobody < once < often < 100.0


@pytest.mark.data
def test_estimates_on_all_customers_are_near_those_published_for_a_tenth() -> None:
    data = os.environ.get("ESNAF_DATA")
    if data is None or not (Path(data) / "cdnow").is_dir():
        pytest.skip("ESNAF_DATA has no cdnow")
    log = load(Path(data) / "cdnow", TablesConfig.of(Settings.parse(CDNOW))).log
    end = log.start + 273 * DAY
    everybody = summary(Orders.of(log.as_of(end), end), end)
    found = buy_till_you_die._fitted("BetaGeoModel", everybody, tuple(PUBLISHED)).fit_summary()
    for name, published in PUBLISHED.items():
        assert found[name] == pytest.approx(published, rel=0.15)
    example = known((2.0, 30.43, 38.86, 22.35))  # customer 1 of the papers' authors: 1.226 purchases in 39 weeks
    model = buy_till_you_die._fitted("BetaGeoModel", everybody, tuple(PUBLISHED))
    assert float(model.expected_purchases(example, future_t=39.0).values.squeeze()) == pytest.approx(1.226, rel=0.05)
    assert (purchases(everybody, 13.0) > 0).all()
