"""Small shops: there is always a working model."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.corner import model_of, plain
from training.counting import WEIGHTS, Counting
from training.query import Query
from training.ranker import Ranker
from training.recommender import Recommender


def test_a_weighted_sum_in_which_the_unknown_counts_nothing() -> None:
    order = Counting(("a", "b"), (1.0, 0.5))
    matrix = np.array([[2, 4], [np.nan, 1]], np.float32)
    assert order.scores(matrix).tolist() == [4.0, 0.5]
    assert order.contributions(matrix).tolist() == [[2.0, 2.0, 0.0], [0.0, 0.5, 0.0]]


def test_it_comes_back_from_disk(tmp_path: Path) -> None:
    Counting().save(tmp_path / "counting.json")
    assert Counting.load(tmp_path / "counting.json") == Counting()
    assert Counting().names == tuple(WEIGHTS)


def listed(model: Recommender, customer: str, n: int = 10) -> list[str]:
    (answer,) = model.recommend([Query(customer_id=customer)], n)
    return [item.product_id for item in answer.items]


def test_a_hundred_customers_of_whom_only_purchases_are_known(tmp_path: Path) -> None:
    """Ten days are too few for a window: each gets the own products by how lately they were bought, then what sells."""
    lines = [f"c{i},p{i % 7},2024-03-{1 + i % 5:02}" for i in range(100)]
    lines += [f"c{i},p{i % 5},2024-03-{6 + i % 5:02}" for i in range(100)]
    model = model_of(tmp_path / "shop", plain(*lines))
    assert isinstance(model.order, Counting)
    for customer in (8, 23, 64):
        assert listed(model, f"c{customer}")[:2] == [f"p{customer % 5}", f"p{customer % 7}"]
    everybody = model.recommend([Query(customer_id=f"c{i}") for i in range(100)], 7)
    assert all(sorted(item.product_id for item in a.items) == [f"p{i}" for i in range(7)] for a in everybody)


def test_one_customer_who_bought_once(tmp_path: Path) -> None:
    model = model_of(tmp_path / "shop", plain("ann,mug,2024-03-01"))
    assert listed(model, "ann") == ["mug"]
    assert listed(model, "bob") == ["mug"]
    assert model.similar("mug", 5) == []
    assert model.explain(Query(customer_id="ann"), ["mug"]) == ["You bought it today."]


def test_one_product_that_everybody_buys(tmp_path: Path) -> None:
    lines = [f"c{i},mug,2024-{month:02}-{1 + i % 28:02}" for i in range(40) for month in range(1, 7)]
    assert listed(model_of(tmp_path / "shop", plain(*lines)), "c1") == ["mug"]


def test_a_hundred_customers_of_half_a_year_are_enough_to_learn_from(tmp_path: Path) -> None:
    """Everybody buys the same one of twenty products every month, and another one by chance."""
    random = np.random.default_rng(0)
    own = [f"c{i},p{i % 20:02},2024-{month:02}-{1 + i % 28:02}" for i in range(100) for month in range(1, 8)]
    other = [
        f"c{i},p{random.integers(20):02},2024-{month:02}-{1 + i % 28:02}" for i in range(100) for month in range(1, 8)
    ]
    model = model_of(tmp_path / "shop", plain(*own, *other))
    assert isinstance(model.order, Ranker)
    first = [listed(model, f"c{i}", 1)[0] for i in range(100)]
    assert np.mean([product == f"p{i % 20:02}" for i, product in enumerate(first)]) > 0.9


@pytest.mark.parametrize("events", [["ann,,2024-03-01", "ann,mug,2024-03-02"]])
def test_events_without_a_product(tmp_path: Path, events: list[str]) -> None:
    """A search by somebody who then buys."""
    head = "customer_id,product_id,timestamp,event_type"
    rows = [f"{events[0]},search", f"{events[1]},purchase"]
    assert listed(model_of(tmp_path / "shop", [head, *rows]), "ann") == ["mug"]
