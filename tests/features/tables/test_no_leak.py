"""Nothing from the future, and nothing from the order of the rows, enters what is known as of a moment."""

import csv
import random
import tempfile
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.tables import Shop, TablesConfig, load

DAY = 86_400
START = 1_600_000_000 // DAY * DAY
NOW = START + 100 * DAY
Row: TypeAlias = dict[str, Any]

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(["a", "b", "c", "d"]),
            "product_id": st.sampled_from(["p", "q", "r", "s"]),
            "timestamp": st.integers(0, 9).map(lambda day: START + day * DAY),
            "event_type": st.sampled_from(["view", "purchase", "purchase", "refund"]),
            "quantity": st.integers(1, 3),
            "unit_price": st.sampled_from([1, 2, 3]),
            "order_id": st.sampled_from(["", "1", "2", "3"]),
            "name": st.sampled_from(["", "red mug", "blue mug", "pot 12"]),
        }
    ),
    min_size=1,
    max_size=25,
)


def shop_of(rows: list[Row], until: int | None = None) -> Shop:
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / "events.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        return load(Path(folder), TablesConfig(), until=until, now=NOW)


@settings(max_examples=20)
@given(ROWS, ROWS, st.integers(1, 9))
def test_the_future_changes_nothing(rows: list[Row], others: list[Row], day: int) -> None:
    moment = START + day * DAY
    past = [row for row in rows if row["timestamp"] < moment]
    if not past:
        return
    one = shop_of(rows)
    for other in (
        shop_of([row for row in others if row["timestamp"] >= moment] + past),
        shop_of(rows, until=moment),
    ):
        customers, products = one.log.customers_at(moment), one.log.products_at(moment)
        assert one.log.customers.ids()[:customers] == other.log.customers.ids()[: other.log.customers_at(moment)]
        assert one.log.products.ids()[:products] == other.log.products.ids()[: other.log.products_at(moment)]
        before, after = one.log.as_of(moment), other.log.as_of(moment)
        for name in ("offsets", "product", "time", "kind", "quantity", "price", "order"):
            assert np.array_equal(getattr(before, name), getattr(after, name), equal_nan=name == "price"), name
        this, that = one.catalogue_at(moment), other.catalogue_at(moment)
        assert this.name[:products] == that.name[:products]
        assert np.array_equal(this.price[:products], that.price[:products], equal_nan=True)
        assert np.array_equal(this.word_offsets[: products + 1], that.word_offsets[: products + 1])
        assert np.array_equal(this.word, that.word)


@settings(max_examples=20)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows: list[Row], source: random.Random) -> None:
    shuffled = source.sample(rows, len(rows))
    assert shop_of(rows).report.fingerprint == shop_of(shuffled).report.fingerprint


def test_names_are_those_known_at_the_moment() -> None:
    head = {"customer_id": "a", "event_type": "view", "quantity": 1, "unit_price": "", "order_id": ""}
    names = ["mug", "", "mug", "red mug", "mug"]
    shop = shop_of([{**head, "product_id": "p", "timestamp": START + i * DAY, "name": n} for i, n in enumerate(names)])
    assert [shop.catalogue_at(START + day * DAY).name[0] for day in range(6)] == [
        "",
        "mug",
        "mug",
        "mug",
        "red mug",
        "mug",
    ]
    assert shop.catalogue.name == ["mug"]
    assert shop.names is not None
    assert len(shop.names.time) == 3
