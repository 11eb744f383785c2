"""The products most like one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.corner import model_of
from training.recommender import Recommender, UnknownProductError

HEAD = "customer_id,product_id,timestamp,order_id"
PRODUCTS = [
    "product_id,parent_id,name,category,available",
    "tea,,Green tea,Drinks,true",
    "cup,,Tea cup,Tableware,true",
    "mug-red,mug,Red mug,Tableware,true",
    "mug-blue,mug,Blue mug,Tableware,true",
    "rake,,Garden rake,Garden,true",
    "hose,,Garden hose,Garden,true",
    "gone,,Old hose,Garden,false",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    """Tea and cup are bought together, rake and hose are; each mug now and then, red ones more."""
    lines = []
    for i in range(30):
        pair = ("tea", "cup") if i % 2 else ("rake", "hose")
        lines += [f"c{i},{product},2024-03-{1 + i % 28:02},{i}" for product in pair]
        if i % 5 == 0:
            lines += [f"c{i},{'mug-red' if i % 3 else 'mug-blue'},2024-03-{1 + i % 28:02},{100 + i}"]
    lines.append("c1,gone,2024-03-01,999")
    folder: Path = tmp_path_factory.mktemp("shop")
    return model_of(folder, [HEAD, *lines], products=PRODUCTS)


def similar(model: Recommender, product: str, n: int = 10) -> list[str]:
    return [item.product_id for item in model.similar(product, n)]


def test_what_is_bought_with_it_comes_first(model: Recommender) -> None:
    assert similar(model, "tea")[0] == "cup"
    assert similar(model, "rake")[0] == "hose"


def test_the_list_is_full_and_in_order(model: Recommender) -> None:
    items = model.similar("tea", 4)
    assert [item.rank for item in items] == [1, 2, 3, 4]
    assert [item.score for item in items] == sorted((item.score for item in items), reverse=True)
    assert len(similar(model, "tea", 2)) == 2


def test_neither_itself_nor_its_variants_nor_what_is_not_available(model: Recommender) -> None:
    assert {"mug-red", "mug-blue", "gone"} & set(similar(model, "mug-red")) == set()


def test_of_the_variants_of_another_product_one(model: Recommender) -> None:
    """All that can be shown beside tea: cup, rake, hose and one mug."""
    found = similar(model, "tea")
    assert len(found) == 4
    assert len({"mug-red", "mug-blue"} & set(found)) == 1


def test_without_neighbours_the_category_and_then_the_best_sellers(model: Recommender) -> None:
    lonely = replace(model, sources=())
    items = lonely.similar("cup", 3)
    assert [(item.product_id, item.source) for item in items] == [
        ("mug-red", "same_category"),
        ("tea", "popular_fill"),
        ("hose", "popular_fill"),
    ]
    assert np.array([item.score for item in items]).sum() == 0


def test_a_product_that_nobody_knows(model: Recommender) -> None:
    with pytest.raises(UnknownProductError, match="product 'yacht' is not known to this model; train with its events"):
        model.similar("yacht", 3)
