"""It looks like a shop. The bands are wide: what the figures are is measured in benchmarks/simulation.py."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.shape import Shape, gini, top_share
from esnaf.simulation.batch import Batch
from esnaf.simulation.categories import CATEGORIES
from esnaf.simulation.world import World
from features.kinds import Kind
from tests.esnaf.simulation.files import Files


@pytest.fixture(scope="module")
def shape(shop: Files) -> Shape:
    bought = shop.of("purchase").dropna(subset="customer_id")
    return Shape.of(
        pd.DataFrame(
            {
                "customer": bought.customer_id,
                "order": bought.order_id,
                "product": bought.product_id,
                "time": bought.timestamp.astype("datetime64[s, UTC]").astype("int64"),
                "price": bought.unit_price,
            }
        )
    )


def test_popularity_and_activity_have_heavy_tails(shape: Shape) -> None:
    assert 0.55 < gini(shape.popularity) < 0.85
    assert 0.4 < top_share(shape.popularity, 0.1) < 0.75
    assert 0.4 < gini(shape.orders) < 0.75
    assert 0.15 < (shape.orders == 1).mean() < 0.5


def test_baskets_are_small_with_a_long_tail(shape: Shape) -> None:
    assert 2 <= np.median(shape.basket) <= 6
    assert 4 < shape.basket.mean() < 10
    assert np.quantile(shape.basket, 0.99) > 20


def test_customers_buy_again(shape: Shape) -> None:
    assert 0.15 < shape.repeat_share < 0.45
    assert shape.later_repeat_share > shape.repeat_share


def test_household_goods_are_what_is_bought_again(shop: Files) -> None:
    used_up = {category.path for category in CATEGORIES if category.interval}
    bought = shop.of("purchase").merge(shop.products, on="product_id")
    again = bought.sort_values("timestamp").duplicated(["customer_id", "product_id"])
    share = again.groupby(bought.category.isin(used_up)).mean()
    assert share[True] > 2 * share[False]


def test_shorter_intervals_come_back_sooner(world: World, batch: Batch) -> None:
    journal = batch.journal.only(np.flatnonzero(batch.journal.kind == Kind.PURCHASE))
    frame = pd.DataFrame({"person": journal.person, "product": journal.product, "time": journal.time})
    frame = frame.sort_values(["person", "product", "time"])
    gap = frame.groupby(["person", "product"]).time.diff() / 86_400
    interval = world.assortment.interval[frame["product"]]
    known = (gap > 1) & (interval > 0)
    assert np.corrcoef(np.log(gap[known]), np.log(interval[known]))[0, 1] > 0.1


def test_some_carts_are_abandoned(shop: Files) -> None:
    carted = shop.of("add_to_cart").groupby("session_id").size()
    paid = set(shop.of("purchase").session_id.dropna())
    share = 1 - carted.index.isin(paid).mean()
    assert 0.1 < share < 0.6


def test_what_was_abandoned_is_sometimes_bought_in_the_next_session(shop: Files) -> None:
    paid = set(shop.of("purchase").session_id.dropna())
    left = shop.of("add_to_cart")
    left = left[~left.session_id.isin(paid)].dropna(subset="customer_id")[["customer_id", "product_id", "timestamp"]]
    later = shop.of("purchase").merge(left, on=["customer_id", "product_id"], suffixes=("", "_left"))
    within = (later.timestamp - later.timestamp_left).dt.total_seconds().between(1, 60 * 86_400)
    assert within.sum() > 0.03 * len(left)


def test_refunds_take_back_no_more_than_was_bought(shop: Files) -> None:
    keys = ["order_id", "product_id"]
    bought = shop.of("purchase").groupby(keys).agg(quantity=("quantity", "sum"), time=("timestamp", "min"))
    back = shop.of("refund").groupby(keys).agg(quantity=("quantity", "sum"), time=("timestamp", "min"))
    both = back.join(bought, suffixes=("", "_bought"))
    assert len(both) == len(back) > 10
    assert (both.quantity <= both.quantity_bought).all()
    assert (both.time > both.time_bought).all()
    assert len(shop.of("refund")) < 0.05 * len(shop.of("purchase"))


def test_nothing_out_of_stock_is_bought(world: World, batch: Batch) -> None:
    journal = batch.journal
    bought = np.flatnonzero((journal.kind == Kind.PURCHASE) & (journal.slot >= 0))
    a, product = world.assortment, journal.product[bought]
    # A session that began before the shelf was empty may still end with it in the cart.
    out = (journal.time[bought] > a.out_from[product] + 7_200) & (journal.time[bought] < a.out_until[product])
    assert not out.any()
    looked = np.flatnonzero(journal.kind == Kind.VIEW)
    seen = journal.product[looked]
    assert ((journal.time[looked] > a.out_from[seen]) & (journal.time[looked] < a.out_until[seen])).any()


def test_what_is_bought_online_was_often_looked_at_before_in_the_session(shop: Files) -> None:
    bought = shop.of("purchase").dropna(subset="session_id")[["session_id", "product_id"]]
    seen = shop.of("view")[["session_id", "product_id"]].drop_duplicates()
    share = bought.merge(seen, how="left", indicator=True)._merge.eq("both").mean()
    assert 0.4 < share < 0.95


def test_gifts_are_for_christmas(shop: Files) -> None:
    gifts = shop.sessions[shop.sessions.mission == "gift"].start.dt.month
    everything = shop.sessions.start.dt.month
    assert gifts.eq(12).mean() > 1.5 * everything.eq(12).mean()


def test_some_things_are_bought_together(world: World, batch: Batch) -> None:
    intents = batch.baskets.intents
    along = np.flatnonzero(intents.along)
    others = pd.Series(intents.product[~intents.along]).groupby(intents.session[~intents.along]).apply(set)
    goes_with = [
        any(product in world.assortment.complements[source] for source in others[session])
        for session, product in zip(intents.session[along], intents.product[along], strict=True)
    ]
    assert np.mean(goes_with) > 0.9
