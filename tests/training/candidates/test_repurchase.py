"""Repurchase: the customer's own rhythm."""

import numpy as np

from features.arrays import DAY
from features.context import Context
from features.market import Market
from features.profiles import Profiles
from tests.training.evaluation.small import Line, catalogue, log_of
from training.candidates.base import Snapshot
from training.candidates.lookup import lookup
from training.candidates.repurchase import Repurchase, RepurchaseConfig
from training.request import Request

DAY_OF_ASKING = 100
PLAIN = RepurchaseConfig(half_life=1000, early=0.0, late=0.0)
RHYTHM = RepurchaseConfig(half_life=1000, early=0.5, late=0.5)


def score(lines: list[Line], *products: str, config: RepurchaseConfig | None = None) -> list[float]:
    """The scores of the customer 'me' on day 100."""
    log, time = log_of(*lines), DAY_OF_ASKING * DAY
    history, goods = log.as_of(time), catalogue([0] * len(log.products))
    market = Market.measure(history, goods, time=time, horizon=28)
    generator = Repurchase(config or RepurchaseConfig())
    generator.fit(Snapshot(time, history, goods, market, Profiles.unknown(len(history))))
    me = np.array([log.customers.index("me")], np.int32)
    request = Request(me, history.take(me), Profiles.unknown(1), Context.at(time, 1))
    asked = log.products.indices(products)
    return list(lookup(generator.scores(request), np.zeros(len(asked), np.int32), asked).tolist())


def test_only_what_was_bought_has_a_score() -> None:
    tea, salt = score([Line("me", "tea", 50), Line("you", "salt", 60)], "tea", "salt")
    assert tea > 0
    assert np.isnan(salt)


def test_more_and_later_purchases_score_higher() -> None:
    lines = [Line("me", p, d) for p, d in (("often", 30), ("often", 60), ("once", 60), ("long_ago", 5))]
    often, once, long_ago = score(lines, "often", "once", "long_ago")
    assert often > once > long_ago


def test_decay_alone_is_the_sum_of_the_decayed_purchases() -> None:
    lines = [Line("me", "tea", 100 - 42), Line("me", "tea", 100 - 84)]
    (tea,) = score(lines, "tea", config=RepurchaseConfig(half_life=42, early=0.0, late=0.0))
    assert tea == 0.75


def test_a_product_that_is_due_scores_above_one_just_bought() -> None:
    lines = [Line("me", "monthly", 40), Line("me", "monthly", 70), Line("me", "yearly", 30), Line("me", "yearly", 90)]
    plain = score(lines, "monthly", "yearly", config=PLAIN)
    monthly, yearly = score(lines, "monthly", "yearly", config=RHYTHM)
    assert np.isclose(monthly, plain[0], rtol=0.01)
    assert yearly < 0.5 * plain[1]


def test_a_product_long_overdue_is_given_up() -> None:
    lines = [Line("me", "daily", 10), Line("me", "daily", 11), Line("me", "monthly", 10), Line("me", "monthly", 50)]
    plain = score(lines, "daily", "monthly", config=PLAIN)
    daily, monthly = score(lines, "daily", "monthly", config=RHYTHM)
    assert np.isclose(monthly, plain[1], rtol=0.01)
    assert daily < 0.2 * plain[0]


def test_without_a_rhythm_of_ones_own_that_of_the_others_counts() -> None:
    others = [Line(c, p, d) for c in "abc" for p, gap in (("milk", 7), ("coat", 80)) for d in (10, 10 + gap)]
    mine = [Line("me", "milk", 95), Line("me", "coat", 95)]
    milk, coat = score([*others, *mine], "milk", "coat", config=RepurchaseConfig(early=0.5))
    assert milk > coat
