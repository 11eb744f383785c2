"""Questions in the middle of visits know what came before them, and nothing after."""

import numpy as np
import pytest

from features.arrays import DAY
from features.kinds import Kind
from features.tables import Shop
from training.asking import AFTER, Cuts, Known, asked

HORIZON = 28 * DAY


@pytest.fixture(scope="module")
def cuts(simulated: Shop) -> Cuts:
    start = simulated.log.end - HORIZON
    found = Cuts.of(simulated.log, start, simulated.log.end, most=50, seed=1)
    assert len(found) > 10
    return found


def known(shop: Shop) -> Known:
    moment = shop.log.end - HORIZON
    return Known(shop.log.customers_at(moment), shop.log.products_at(moment), moment)


def test_they_are_drawn_by_a_seed_and_bounded(simulated: Shop, cuts: Cuts) -> None:
    start = simulated.log.end - HORIZON
    again = Cuts.of(simulated.log, start, simulated.log.end, most=50, seed=1)
    assert again.time.tolist() == cuts.time.tolist()
    assert len(Cuts.of(simulated.log, start, simulated.log.end, most=3, seed=1)) == 3
    assert (np.diff(cuts.time) >= 0).all()
    assert (cuts.time <= cuts.end).all()
    assert (cuts.time >= start).all()
    assert sum(len(week) for week in cuts.weeks()) == len(cuts)


def test_a_question_knows_what_came_before_it_and_nothing_else(simulated: Shop, cuts: Cuts) -> None:
    log, model = simulated.log, known(simulated)
    for week in cuts.weeks():
        question = asked(week, log, simulated.profiles, model)
        now = question.request.context.time
        for row, (customer, time) in enumerate(zip(week.customer.tolist(), week.time.tolist(), strict=True)):
            before = log.window(0, time + 1).take(np.array([customer]))
            before = before.only(before.product < model.products)
            mine = question.request.history.take(np.array([row]))
            assert (now - mine.time).tolist() == (time + AFTER - before.time).tolist()
            assert mine.product.tolist() == before.product.tolist()


def test_what_is_asked_for_is_bought_later_and_not_in_the_cart(simulated: Shop, cuts: Cuts) -> None:
    log, wanted = simulated.log, 0
    for week in cuts.weeks():
        question = asked(week, log, simulated.profiles, known(simulated))
        context = question.request.context
        for row, customer in enumerate(week.customer.tolist()):
            after = log.window(int(week.time[row]) + 1, int(week.end[row]) + 1).take(np.array([customer])).purchases
            span = slice(*question.bought.offsets[row : row + 2].tolist())
            cart = context.basket[slice(*context.basket_offsets[row : row + 2].tolist())]
            assert set(question.bought.product[span].tolist()) <= set(after.product.tolist())
            assert not set(question.bought.product[span].tolist()) & set(cart.tolist())
            wanted += span.stop - span.start
    assert wanted > 0


def test_who_bought_since_the_model_was_made_is_told(simulated: Shop, cuts: Cuts) -> None:
    model = known(simulated)
    for week in cuts.weeks():
        request = asked(week, simulated.log, simulated.profiles, model).request
        assert request.renewed is not None
        for row, (customer, time) in enumerate(zip(week.customer.tolist(), week.time.tolist(), strict=True)):
            since = simulated.log.window(model.time, time + 1).take(np.array([customer]))
            assert request.renewed[row] == (since.kind == Kind.PURCHASE).any()
