"""What is measured is what is served."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.arrays import DAY
from features.settings import Settings
from features.tables import Shop
from tests.training.corner import plain, shop_of
from tests.training.futures import SETTINGS, cut
from training.evaluation.truth import Truth
from training.measurement import measurement_of
from training.measuring import measure
from training.query import Filters, Query
from training.recommender import Recommender
from training.trainer import Trainer


@pytest.fixture(scope="module")
def measured(simulated: Shop, tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    """The model that knows what happened before the last two weeks."""
    folder = tmp_path_factory.mktemp("measured") / "1"
    Trainer(simulated, SETTINGS).fit(cut()).save(folder)
    return all_available(Recommender.load(folder))


def all_available(model: Recommender) -> Recommender:
    """What is sold out today was not so then: measuring does not look at it."""
    available = np.ones(len(model.catalogue), np.bool_)
    return replace(model, catalogue=replace(model.catalogue, available=available))


@pytest.fixture(scope="module")
def truth(simulated: Shop) -> Truth:
    return Truth.of(simulated.log, cut(), cut() + 14 * DAY)


def names(model: Recommender, products: object) -> list[list[str]]:
    return [model.products.ids(row[row >= 0]) for row in np.asarray(products)]


def asked(model: Recommender, shop: Shop, truth: Truth, filters: Filters) -> list[list[str]]:
    queries = [Query(customer_id=id, filters=filters) for id in shop.log.customers.ids(truth.customer)]
    return [[item.product_id for item in answer.items] for answer in model.recommend(queries, 20)]


def test_the_lists_are_those_of_the_service(simulated: Shop, measured: Recommender, truth: Truth) -> None:
    lists = measure(measured, truth.customer, simulated.log).lists["model"].modes
    assert names(measured, lists["all"].products) == asked(measured, simulated, truth, Filters())
    new = asked(measured, simulated, truth, Filters(exclude_purchased=True))
    assert names(measured, lists["explore"].products) == new


def test_modes_list_what_they_say(simulated: Shop, measured: Recommender, truth: Truth) -> None:
    lists = measure(measured, truth.customer, simulated.log).lists
    rows = np.arange(len(truth))[:, None]
    for name, own in lists.items():
        new, again = own.modes["explore"].products, own.modes["repeat"].products
        assert not truth.known.has(np.broadcast_to(rows, new.shape), new).any(), name
        assert (truth.known.has(np.broadcast_to(rows, again.shape), again) | (again < 0)).all(), name


def test_a_shop_numbered_otherwise_is_measured_the_same(simulated: Shop, tmp_path: Path) -> None:
    """The same purchases with somebody and something before all others: every index is another one."""
    lines = [f"c{i % 9},p{i * i % 7},2024-{1 + i // 28:02}-{1 + i % 28:02}" for i in range(150)]
    here = shop_of(tmp_path / "here", plain(*lines))
    there = shop_of(tmp_path / "there", plain("zoe,zip,2023-12-01", *lines))
    time = here.log.start // DAY * DAY + 120 * DAY
    Trainer(here, Settings({})).fit(time).save(tmp_path / "model")
    model = Recommender.load(tmp_path / "model")
    one, other = (
        measurement_of(model, shop, cut=time, end=time + 28 * DAY, bundle=tmp_path / "model").report
        for shop in (here, there)
    )
    assert one.truth.customer.tolist() != other.truth.customer.tolist()
    for metric in ("test/ndcg_at_20", "test/explore/recall_at_20", "baseline/popular/recall_at_20"):
        assert one.metrics.get(metric) == other.metrics.get(metric)


def test_an_older_model_takes_later_customers_for_strangers(simulated: Shop) -> None:
    """As of half the data; customers who came since are scored as well."""
    early = simulated.log.start // DAY * DAY + 60 * DAY
    model = all_available(Trainer(simulated, SETTINGS).fit(early))
    truth = Truth.of(simulated.log, cut(), cut() + 14 * DAY)
    late = truth.customer >= len(model.customers)
    assert late.any()
    lists = measure(model, truth.customer, simulated.log).lists["model"].modes["all"].products
    stranger = model.recommend([Query()], 20)[0]
    expected = simulated.log.products.indices([item.product_id for item in stranger.items])
    assert (lists[late] == expected).all()
    assert not (lists[~late] == expected).all()


def test_figures_beside_the_baselines(simulated: Shop, measured: Recommender, tmp_path: Path) -> None:
    found = measurement_of(measured, simulated, cut=cut(), end=cut() + 14 * DAY, bundle=tmp_path)
    names = {name.split("/")[1] for name in found.report.metrics if name.startswith("baseline/")}
    assert {"popular", "frequency", "decay", "als", "rp3beta", "repurchase"} <= names
    assert "together" not in names  # it names nothing without a basket
    assert found.metrics["generator/together/per_customer"] == 0
    assert found.importance is not None
    assert set(found.importance.names) <= set(measured.order.names)
    assert found.learned


def test_popular_is_the_baseline_of_21_days(simulated: Shop, measured: Recommender, tmp_path: Path) -> None:
    """A generator has the same name."""
    from training.evaluation.baselines import Baselines

    report = measurement_of(measured, simulated, cut=cut(), end=cut() + 14 * DAY, bundle=tmp_path).report
    baselines = Baselines.of(simulated.log.as_of(cut()), report.truth.products, cut())
    shown, _ = baselines.popular(report.truth.customer, "all", 20)
    np.testing.assert_array_equal(report.lists["popular"].modes["all"].products, shown)


def test_what_is_sold_out_today_counts_all_the_same(simulated: Shop, measured: Recommender, truth: Truth) -> None:
    nothing = np.zeros(len(measured.catalogue), np.bool_)
    sold_out = replace(measured, catalogue=replace(measured.catalogue, available=nothing))
    one, other = (
        measure(model, truth.customer, simulated.log).lists["model"].modes["all"] for model in (measured, sold_out)
    )
    np.testing.assert_array_equal(one.products, other.products)


def test_nobody_to_measure_on(simulated: Shop, measured: Recommender, tmp_path: Path) -> None:
    later = simulated.log.end + 30 * DAY
    found = measurement_of(measured, simulated, cut=later, end=later + DAY, bundle=tmp_path)
    assert found.report.metrics == {"test/customers": 0.0, "test/eligible_customers": 0.0}
