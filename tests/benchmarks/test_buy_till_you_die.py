"""The baseline is the model of the papers."""

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.buy_till_you_die import BgNbd, GammaGamma, Summary
from benchmarks.value import CDNOW
from features.arrays import DAY
from features.settings import Settings
from features.tables import TablesConfig, load
from training.value.orders import Orders

PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)  # fader2005counting, for a tenth of the CDNOW customers


def test_the_worked_example_of_the_papers_authors() -> None:
    """Customer 1 of their sample: 2 repeats, the last after 30.43 of 38.86 weeks; 1.226 purchases in 39 weeks."""
    known = Summary(np.array([2.0]), np.array([30.43]), np.array([38.86]), np.array([22.35]))
    assert PUBLISHED.expected(known, 39.0)[0] == pytest.approx(1.226, abs=5e-4)


def test_parameters_are_found_again() -> None:
    random, size, weeks = np.random.default_rng(1), 4_000, 60.0
    rate, leaving = random.gamma(0.8, 1 / 4.0, size), random.beta(1.0, 3.0, size)
    x, last = np.zeros(size), np.zeros(size)
    for customer in range(size):
        now = random.exponential(1 / rate[customer])
        while now < weeks:
            x[customer], last[customer] = x[customer] + 1, now
            if random.random() < leaving[customer]:
                break
            now += random.exponential(1 / rate[customer])
    known = Summary(x, last, np.full(size, weeks), np.zeros(size))
    found = BgNbd.fit(known)
    assert found.r == pytest.approx(0.8, rel=0.2)
    assert found.alpha == pytest.approx(4.0, rel=0.25)
    assert found.a / (found.a + found.b) == pytest.approx(0.25, abs=0.06)
    assert found.log_likelihood(known) >= BgNbd(0.8, 4.0, 1.0, 3.0).log_likelihood(known)


def test_spend_is_pulled_to_the_mean_of_all() -> None:
    known = Summary(np.array([0.0, 1.0, 50.0]), np.zeros(3), np.ones(3), np.array([0.0, 100.0, 100.0]))
    model = GammaGamma(6.25, 3.74, 15.44)  # fader2013gamma, for the same sample
    nobody, once, often = model.expected(known)
    assert nobody == pytest.approx(6.25 * 15.44 / 2.74)
    assert nobody < once < often < 100.0


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
    known = Summary.of(orders, 28 * DAY)
    assert known.repeats.tolist() == [1, 0]
    assert known.last.tolist() == [2.0, 0.0]
    assert known.age.tolist() == [4.0, 3.0]
    assert known.mean.tolist() == [30.0, 0.0]


@pytest.mark.data
def test_estimates_on_all_customers_are_near_those_published_for_a_tenth() -> None:
    data = os.environ.get("ESNAF_DATA")
    if data is None or not (Path(data) / "cdnow").is_dir():
        pytest.skip("ESNAF_DATA has no cdnow")
    log = load(Path(data) / "cdnow", TablesConfig.of(Settings.parse(CDNOW))).log
    end = log.start + 273 * DAY
    found = BgNbd.fit(Summary.of(Orders.of(log.as_of(end), end), end))
    for name in ("r", "alpha", "a", "b"):
        assert getattr(found, name) == pytest.approx(getattr(PUBLISHED, name), rel=0.15)
