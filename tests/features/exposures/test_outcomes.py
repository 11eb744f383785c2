"""Every event that carries the id of an answer finds its product, and no other."""

import random
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest

from features.exposures import reader
from features.exposures.log import ExposureLog
from features.exposures.outcomes import SCHEMA, Totals, tables
from features.store.livestore import LiveStore
from features.store.reader import Reader
from tests.features.exposures.shows import PRODUCTS, answer, listed, write
from tests.features.store.places import NOW, events

END = 2**40


def rows(
    log: ExposureLog, store: LiveStore | None, start: int = 0, end: int = END
) -> tuple[list[dict[str, Any]], Totals]:
    totals, reader = Totals(), None if store is None else Reader(store.backend)
    try:
        parts = list(tables(log.backend, reader, start, end, totals))
    finally:
        if reader:
            reader.close()
    assert all(part.schema.equals(SCHEMA) for part in parts)
    return (pa.concat_tables(parts).to_pylist() if parts else []), totals


def test_an_outcome_stands_beside_what_was_shown(log: ExposureLog, store: LiveStore) -> None:
    one = listed(propensities=[0.5, 0.25, 1.0])
    shown = answer(one, 3, places=[4, 0, 2], propensities=[0.1, 0.2, 0.3])
    write(log, [one], [shown])
    follows = {"customer_id": "ann", "recommendation_id": shown.recommendation_id, "product_id": "mug"}
    store.append(events(1, event_type="click", **follows | {"timestamp": NOW - 50}))
    store.append(events(2, event_type="click", **follows | {"timestamp": NOW - 60}))
    store.append(events(3, event_type="view", **follows | {"timestamp": NOW - 55}))
    store.append(events(4, event_type="add_to_cart", **follows | {"timestamp": NOW - 40}))
    store.append(events(5, quantity=3, unit_price=2.5, **follows | {"timestamp": NOW - 30}))
    store.append(events(6, **follows | {"timestamp": NOW - 20}))  # without a price
    store.append(events(7, event_type="refund", unit_price=2.5, **follows | {"timestamp": NOW - 10}))
    store.append(events(8, **follows | {"product_id": "another"}))
    store.append(events(9, **follows | {"recommendation_id": "foreign"}))
    found, totals = rows(log, store)
    assert [row["product_id"] for row in found] == ["lid", "mug", "pot"]
    mug = found[1]
    assert (mug["recommendation_id"], mug["customer_id"], mug["placement"]) == (shown.recommendation_id, "ann", "home")
    assert (mug["model_version"], mug["policy"], mug["channel"]) == ("7", "spring", None)
    assert (mug["position"], mug["rank"], mug["score"], mug["propensity"]) == (2, 1, 2.5, 0.2)
    assert (mug["clicks"], mug["views"], mug["carts"], mug["purchases"], mug["refunds"]) == (2, 1, 1, 2, 1)
    assert (mug["quantity"], mug["revenue"]) == (3, 5.0)
    first = [int(mug[name].timestamp()) for name in ("first_click", "first_cart", "first_purchase")]
    assert first == [NOW - 60, NOW - 40, NOW - 30]
    assert found[0]["first_click"] is None
    assert found[0]["clicks"] == found[0]["purchases"] == 0
    assert totals == Totals(answers=1, products=3, clicked=1, purchased=1, revenue=5.0, elsewhere=1)


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_counting_one_by_one(
    log: ExposureLog, store: LiveStore, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_PRODUCTS", 60)
    draw = random.Random(seed)
    lists = [listed(shown=draw.randint(1, 5)) for _ in range(4)]
    answers = [
        answer(one, i, time=NOW + i // 5, places=draw.sample(range(5), 3) if i % 3 else None, propensities=[0.5] * 3)
        if i % 3
        else answer(one, i, time=NOW + i // 5)
        for i, one in enumerate(draw.choices(lists, k=40))
    ]
    write(log, lists, *(answers[i : i + 7] for i in range(0, 40, 7)))
    kinds = ["click", "view", "purchase", "add_to_cart", "search"]
    chosen = [
        (draw.choice(answers).recommendation_id, draw.choice([*PRODUCTS, "other"]), draw.choice(kinds))
        for _ in range(200)
    ]
    for number, (name, product, kind) in enumerate(chosen):
        store.append(events(number, recommendation_id=name, product_id=product, event_type=kind))
    found, totals = rows(log, store)
    wanted = Counter(chosen)
    for name, kind in (("clicks", "click"), ("views", "view"), ("purchases", "purchase"), ("carts", "add_to_cart")):
        assert [row[name] for row in found] == [
            wanted[row["recommendation_id"], row["product_id"], kind] for row in found
        ]
    there = {(row["recommendation_id"], row["product_id"]) for row in found}
    assert totals.elsewhere == sum((name, product) not in there for name, product, _ in chosen)
    assert totals.products == len(found) == len(there)


def test_a_window_of_time(log: ExposureLog, store: LiveStore) -> None:
    one = listed()
    write(log, [one], [answer(one, i, time=NOW + i) for i in range(10)])
    found, totals = rows(log, store, NOW + 2, NOW + 5)
    assert totals.answers == 3
    assert {int(row["time"].timestamp()) - NOW for row in found} == {2, 3, 4}


def test_without_a_store_nothing_came_of_it(log: ExposureLog) -> None:
    one = listed()
    write(log, [one], [answer(one)])
    found, totals = rows(log, None)
    assert [row["purchases"] for row in found] == [0, 0, 0]
    assert totals.elsewhere == 0
    assert rows(log, None, end=NOW)[0] == []


def test_an_empty_list_has_no_outcomes(log: ExposureLog, store: LiveStore) -> None:
    one = listed(shown=0)
    shown = answer(one)
    write(log, [one], [shown])
    store.append(events(1, recommendation_id=shown.recommendation_id))
    found, totals = rows(log, store)
    assert (found, totals.answers, totals.elsewhere) == ([], 1, 1)
