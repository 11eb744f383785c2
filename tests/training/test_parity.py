"""A customer alone gets the same bits as in a batch: features and lists, before and after the model is saved."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.harness import WORKSPACES
from benchmarks.parity import features_unequal
from features.settings import Settings
from features.tables import TablesConfig, load
from tests.training.futures import SETTINGS, shop
from training.query import Answer, Filters, Query
from training.recommender import Recommender
from training.trainer import Trainer

FEW = """
[pool]
generators = ["repurchase", "rp3beta", "words", "popular"]
[training]
windows = 1
customers = 500
[ranker]
trees = 10
threads = 1
"""


@pytest.fixture(scope="module")
def model() -> Recommender:
    of = shop()
    return Trainer(of, SETTINGS).fit(of.log.end, complete=True)


@pytest.fixture(scope="module")
def saved(model: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    folder = tmp_path_factory.mktemp("bundles") / "1"
    model.save(folder)
    return Recommender.load(folder)


@pytest.fixture(scope="module")
def queries(model: Recommender) -> list[Query]:
    """Everybody, plainly and with all that a query can say; and people whom nobody knows."""
    customers, products, catalogue = model.customers.ids(), model.products.ids(), model.catalogue
    plain = [Query(customer_id=i) for i in customers]
    told = [
        Query(
            customer_id=i if at % 3 else None,
            basket=tuple(products[at : at + at % 4]),
            viewed=products[-1 - at] if at % 2 else None,
            interests=tuple(catalogue.category_names[: at % 3]),
            attributes={"country": "TR"} if at % 5 == 0 else {},
        )
        for at, i in enumerate(customers[:40])
    ]
    filters = [
        Filters(exclude_purchased=True),
        Filters(categories=(catalogue.category_names[0],)),
        Filters(price_max=20.0, exclude_products=tuple(products[:30])),
    ]
    filtered = [replace(query, filters=filters[at % 3]) for at, query in enumerate([*plain[40:70], *told[:9]])]
    return [*plain, *told, *filtered, Query(customer_id="nobody"), Query()]


def one_by_one(model: Recommender, queries: Sequence[Query], n: int) -> list[Answer]:
    return [model.recommend([query], n)[0] for query in queries]


def test_features(model: Recommender) -> None:
    customers = np.random.default_rng(0).permutation(len(model.customers))[:60].astype(np.int32)
    assert features_unequal(model, customers) == []


def test_lists_of_one_and_of_all(model: Recommender, queries: list[Query]) -> None:
    assert model.recommend(queries, 10) == one_by_one(model, queries, 10)


@pytest.mark.parametrize("seed", range(2))
def test_lists_in_other_company(model: Recommender, queries: list[Query], seed: int) -> None:
    together = model.recommend(queries, 10)
    random = np.random.default_rng(seed)
    for part in np.array_split(random.permutation(len(queries)), 5):
        assert model.recommend([queries[i] for i in part], 10) == [together[i] for i in part]


def test_lists_of_the_saved_model(model: Recommender, saved: Recommender, queries: list[Query]) -> None:
    assert saved.recommend(queries, 10) == model.recommend(queries, 10)
    assert one_by_one(saved, queries[::5], 10) == saved.recommend(queries[::5], 10)


def test_long_lists(saved: Recommender, queries: list[Query]) -> None:
    """Longer than the candidates reach: the shelf fills them."""
    together = saved.recommend(queries, 70)
    assert one_by_one(saved, queries[::7], 70) == together[::7]
    assert any(answer.fallback for answer in together)


def test_long_lists_where_products_have_many_variants(model: Recommender, queries: list[Query]) -> None:
    """How far the shelf is searched for one customer may not depend on how much another one lacks."""
    parent = np.arange(len(model.catalogue), dtype=np.int32) % 25
    varied = replace(model, catalogue=replace(model.catalogue, parent=parent))
    together = varied.recommend(queries, 25)
    assert one_by_one(varied, queries[::3], 25) == together[::3]
    whole = [answer for query, answer in zip(queries, together, strict=True) if query == Query(query.customer_id)]
    assert {len(answer.items) for answer in whole} == {25}


def test_later_than_the_model(saved: Recommender, queries: list[Query]) -> None:
    time = saved.time + 5 * 3600
    together = saved.recommend(queries, 10, time=time)
    assert [saved.recommend([query], 10, time=time)[0] for query in queries[::5]] == together[::5]


@pytest.mark.data
@pytest.mark.bench
def test_online_retail(real_data: Path) -> None:
    settings = Settings.parse((WORKSPACES / "online_retail" / "esnaf.toml").read_text() + FEW)
    of = load(real_data / "online_retail", TablesConfig.of(settings))
    model = Trainer(of, settings).fit(of.log.end)
    customers = np.random.default_rng(0).permutation(len(model.customers))[:150].astype(np.int32)
    assert features_unequal(model, customers) == []
    queries = [Query(customer_id=i) for i in model.customers.ids(customers)]
    assert model.recommend(queries, 20) == one_by_one(model, queries, 20)
