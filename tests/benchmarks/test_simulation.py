"""The shape of purchase logs, and the page that shows it."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import simulation
from benchmarks.harness import RESULTS
from benchmarks.shape import Shape, gini, top_share
from benchmarks.simulation import DOCS, draw, table
from features.arrays import DAY

LINES = pd.DataFrame(
    [
        ("ann", "o1", "tea", 0 * DAY, 2.0),
        ("ann", "o1", "tea", 0 * DAY, 2.0),
        ("ann", "o1", "mug", 0 * DAY, 8.0),
        ("ann", "o2", "tea", 10 * DAY, 4.0),
        ("bob", "o3", "tea", 3 * DAY, 2.0),
    ],
    columns=["customer", "order", "product", "time", "price"],
)


def test_lines_are_distinct_products_of_an_order() -> None:
    shape = Shape.of(LINES)
    assert sorted(shape.basket) == [1, 1, 2]
    assert sorted(shape.orders) == [1, 2]
    assert shape.popularity.tolist() == [3, 1]
    assert shape.gaps.tolist() == [10]
    assert sorted(shape.prices) == [2, 8]


def test_a_repeat_is_a_product_of_an_earlier_order() -> None:
    shape = Shape.of(LINES)
    assert shape.repeat_share == pytest.approx(1 / 4)
    assert shape.later_repeat_share == 1  # ann's second order is tea again


def test_logs_without_prices_have_no_price_spread() -> None:
    figures = Shape.of(LINES.drop(columns="price")).figures()
    assert math.isnan(figures["price_log_spread"])
    assert figures["one_order_share"] == 0.5


def test_inequality_of_known_counts() -> None:
    assert gini(pd.Series([5, 5, 5, 5]).to_numpy()) == pytest.approx(0)
    assert gini(pd.Series([0, 0, 0, 8]).to_numpy()) == pytest.approx(0.75)
    assert top_share(pd.Series([1, 1, 1, 1, 1, 1, 1, 1, 1, 11]).to_numpy(), 0.1) == pytest.approx(0.55)


@pytest.mark.bench
def test_picture_is_the_same_for_the_same_logs(tmp_path: Path) -> None:
    shapes = {"simulated": Shape.of(LINES), "Online Retail": Shape.of(LINES)}
    draw(shapes, tmp_path / "one.svg")
    draw(shapes, tmp_path / "two.svg")
    text = (tmp_path / "one.svg").read_text()
    assert text == (tmp_path / "two.svg").read_text()
    assert "Orders of a customer" in text


def test_page_shows_the_measured_figures() -> None:
    figures = json.loads((RESULTS / "simulation.json").read_text())
    page = (DOCS / "simulation.md").read_text()
    assert table(figures) in page
    assert simulation._TABLE.search(page)


def test_page_names_every_column_of_the_truth() -> None:
    from esnaf.simulation import truth

    page = (DOCS / "simulation.md").read_text()
    for schema in (truth.CUSTOMERS, truth.SESSIONS, truth.MISSIONS_TRUTH, truth.IDENTITIES):
        assert all(f"`{name}`" in page for name in schema.names)
