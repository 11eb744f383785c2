"""What somebody did since the model was made is in the very next list."""

import numpy as np
import pytest

from features.arrays import DAY
from features.kinds import Kind
from features.recent import Deed
from training.query import Query
from training.recommender import Recommender

N = 10


@pytest.fixture
def now(loaded: Recommender) -> int:
    return loaded.time + 3600


def listed(model: Recommender, now: int, *deeds: Deed, customer: str | None = None, **asked: object) -> list[str]:
    query = Query(customer_id=customer, recent=deeds, **asked)  # type: ignore[arg-type]
    (answer,) = model.recommend([query], N, time=now)
    assert len(answer.items) == N
    return [item.product_id for item in answer.items]


def known(model: Recommender) -> str:
    """Somebody who bought, and may be told apart."""
    personal = np.flatnonzero(model.profiles.personal & (np.diff(model.history.purchases.offsets) > 0))
    return model.customers.id(int(personal[0]))


def lasting(model: Recommender, *, bought_again: bool) -> str:
    """A product that somebody buys again, or that nobody does."""
    again = np.isfinite(model.market.gap) & (model.market.gap > 2)
    return model.products.id(int(np.flatnonzero(again if bought_again else np.isnan(model.market.gap))[0]))


def test_without_a_deed_nothing_changes(loaded: Recommender, now: int) -> None:
    customer = known(loaded)
    assert listed(loaded, now, customer=customer) == listed(
        loaded, now, Deed(None, Kind.SURVEY, now), customer=customer
    )


def test_a_visitor_who_did_something_is_no_stranger_any_more(loaded: Recommender, now: int) -> None:
    category = int(np.bincount(loaded.catalogue.category[loaded.catalogue.category >= 0]).argmax())
    products = loaded.products.ids(np.flatnonzero(loaded.catalogue.category == category)[:4].astype(np.int32))
    looked = [Deed(product, Kind.VIEW, now - 300 + place) for place, product in enumerate(products)]
    bought = [Deed(product, Kind.PURCHASE, now - 40 * 86_400) for product in products]
    query = Query(recent=(*bought, *looked, Deed(products[0], Kind.ADD_TO_CART, now - 60)))
    answer, stranger = loaded.recommend([query, Query()], N, time=now)
    assert [(item.product_id, item.score) for item in answer.items] != [
        (item.product_id, item.score) for item in stranger.items
    ]
    assert answer.fallback is None


def test_what_is_in_the_cart_is_not_shown(loaded: Recommender, now: int) -> None:
    customer = known(loaded)
    first, *_ = listed(loaded, now, customer=customer)
    put = Deed(first, Kind.ADD_TO_CART, now - 60)
    assert first not in listed(loaded, now, put, customer=customer)
    out = (put, Deed(first, Kind.REMOVE_FROM_CART, now - 20))
    request = loaded.questions.request([Query(customer_id=customer, recent=out)], now)
    assert not len(request.context.basket)


def test_a_basket_that_is_stated_is_believed(loaded: Recommender, now: int) -> None:
    customer = known(loaded)
    first, second, *_ = listed(loaded, now, customer=customer)
    deed = Deed(first, Kind.ADD_TO_CART, now - 60)
    assert second not in listed(loaded, now, deed, customer=customer, basket=(second,))


def test_what_was_just_bought_rests_until_it_may_be_needed_again(loaded: Recommender, now: int) -> None:
    customer = known(loaded)
    once, again = (lasting(loaded, bought_again=which) for which in (False, True))
    gap = float(loaded.market.gap[loaded.products.index(again)])
    questions = loaded.questions

    def rested(product: str, days: float) -> bool:
        deed = Deed(product, Kind.PURCHASE, now - int(days * DAY))
        request = questions.request([Query(customer_id=customer, recent=(deed,))], now)
        assert request.rested is not None
        return loaded.products.index(product) in request.rested.product

    assert rested(once, 0.1)
    assert rested(once, 400)
    assert rested(again, gap * 0.4)
    assert not rested(again, gap * 0.6)
    first = listed(loaded, now, customer=customer)[0]
    assert first not in listed(loaded, now, Deed(first, Kind.PURCHASE, now - 60), customer=customer)


def test_a_refund_takes_an_old_purchase_back(loaded: Recommender, now: int) -> None:
    customer = known(loaded)
    row = loaded.customers.index(customer)
    bought = loaded.history.take(np.array([row])).purchases
    deed = Deed(loaded.products.id(int(bought.product[-1])), Kind.REFUND, now, float(bought.quantity[-1]))
    request = loaded.questions.request([Query(customer_id=customer, recent=(deed,))], now)
    assert len(request.history.purchases.time) == len(bought.time) - 1
    assert request.renewed is not None
    assert request.renewed.tolist() == [True]


def test_who_does_not_consent_is_not_followed(loaded: Recommender, now: int) -> None:
    refused = np.flatnonzero(~loaded.profiles.personal)
    if not len(refused):
        pytest.skip("everybody in this shop consents")
    customer = loaded.customers.id(int(refused[0]))
    deed = Deed(lasting(loaded, bought_again=True), Kind.ADD_TO_CART, now - 60)
    assert listed(loaded, now, deed, customer=customer) == listed(loaded, now, customer=customer)


def test_the_others_of_a_batch_are_not_touched(loaded: Recommender, now: int) -> None:
    ids = loaded.customers.ids()[:5]
    deed = Deed(lasting(loaded, bought_again=True), Kind.PURCHASE, now - 60)
    queries = [Query(customer_id=id, recent=(deed,) if place == 2 else ()) for place, id in enumerate(ids)]
    together = loaded.recommend(queries, N, time=now)
    alone = [loaded.recommend([query], N, time=now)[0] for query in queries]
    assert together == alone
