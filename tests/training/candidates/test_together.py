"""Bought together: baskets and the product on the page."""

import numpy as np

from features.arrays import DAY, Codes
from features.context import Context
from features.market import Market
from features.profiles import Profiles
from tests.training.evaluation.small import Line, catalogue, log_of
from training.candidates.base import Snapshot
from training.candidates.together import Together
from training.candidates.topk import top_k
from training.request import Request

NOBODY = np.array([-1], np.int32)


def lines() -> list[Line]:
    """Cups go with saucers, pens with ink; a bag is in every order; soap is always bought alone."""
    orders = [*[("cup", "saucer", "bag")] * 5, *[("pen", "ink", "bag")] * 5, *[("soap",)] * 5, ("cup", "pen", "bag")]
    return [Line(f"c{i % 4}", p, i, order=i) for i, order in enumerate(orders) for p in order]


def named(*basket: str, viewed: str | None = None) -> list[str]:
    log, time = log_of(*lines()), 100 * DAY
    history, goods = log.as_of(time), catalogue([0] * len(log.products))
    market = Market.measure(history, goods, time=time, horizon=28)
    generator = Together()
    generator.fit(Snapshot(time, history, goods, market, Profiles.unknown(len(history))))
    held: Codes = log.products.indices(basket)
    page = np.array([log.products.index(viewed) if viewed else -1], np.int32)
    context = Context(time, np.array([0, len(held)]), held, page)
    scores = generator.scores(Request(NOBODY, history.take(NOBODY), Profiles.unknown(1), context))
    best = log.products.ids(top_k(scores, 10).product)
    return [p for p in best if p not in {*basket, viewed}]


def test_the_closest_come_first_and_what_goes_with_everything_does_not() -> None:
    assert named("cup")[0] == "saucer"
    assert named("ink")[0] == "pen"


def test_the_product_on_the_page_counts_like_one_in_the_basket() -> None:
    assert named(viewed="saucer") == named("saucer")
    assert named(viewed="saucer")[0] == "cup"


def test_a_basket_of_two_leads_to_both() -> None:
    assert {"saucer", "ink"} <= set(named("cup", "pen")[:3])


def test_twice_in_hand_is_once() -> None:
    assert named("cup", viewed="cup") == named("cup")


def test_nothing_in_hand_and_what_was_always_bought_alone() -> None:
    assert named() == []
    assert named("soap") == []
