"""Metrics against values worked out by hand and a plain reference implementation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.evaluation.small import purchases_of
from training.evaluation.metrics import METRICS, hits_in, score

PRODUCTS = 30


def reference(listed: list[int], bought: set[int], k: int) -> dict[str, float]:
    """The textbook definitions, one customer and one product at a time."""
    gains = [1.0 if p in bought else 0.0 for p in listed[:k]]
    hits = sum(gains)
    ideal = sum(1 / math.log2(i + 2) for i in range(min(len(bought), k)))
    precisions = [sum(gains[: i + 1]) / (i + 1) for i, gain in enumerate(gains) if gain]
    ranks = [i + 1 for i, gain in enumerate(gains) if gain]
    return {
        "recall": hits / len(bought),
        "precision": hits / k,
        "ndcg": sum(gain / math.log2(i + 2) for i, gain in enumerate(gains)) / ideal,
        "map": sum(precisions) / min(len(bought), k),
        "mrr": 1 / ranks[0] if ranks else 0.0,
        "hit_rate": float(bool(ranks)),
    }


def test_one_customer_by_hand() -> None:
    values = score(np.array([[7, 3, 9, 4, 5]], np.int32), purchases_of([3, 4, 8]), ks=(5,))
    assert {name: float(v[0]) for name, v in values.items()} == pytest.approx(
        {
            "recall_at_5": 2 / 3,
            "precision_at_5": 2 / 5,
            "ndcg_at_5": (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3) + 1 / 2),
            "map_at_5": (1 / 2 + 2 / 4) / 3,
            "mrr_at_5": 1 / 2,
            "hit_rate_at_5": 1.0,
        }
    )


def test_a_perfect_list_scores_one_even_when_fewer_than_k_were_bought() -> None:
    values = score(np.array([[2, 6, 1, 0, 5]], np.int32), purchases_of([2, 6]), ks=(5,))
    assert values["ndcg_at_5"] == values["map_at_5"] == values["recall_at_5"] == 1.0


def test_recall_counts_everything_bought_where_more_than_k_was() -> None:
    values = score(np.array([[0, 1]], np.int32), purchases_of(range(8)), ks=(2,))
    assert values["recall_at_2"] == 2 / 8
    assert values["ndcg_at_2"] == 1.0


def test_lists_shorter_than_k_keep_k_in_the_precision() -> None:
    values = score(np.array([[4, -1]], np.int32), purchases_of([4, 9]), ks=(5,))
    assert values["precision_at_5"] == 1 / 5
    assert values["recall_at_5"] == 1 / 2


def test_padding_is_never_a_hit() -> None:
    assert not hits_in(np.full((2, 4), -1, np.int32), purchases_of([0], [5])).any()


def test_nothing_bought_at_all_gives_no_hits() -> None:
    assert not hits_in(np.array([[1, 2]], np.int32), purchases_of([])).any()


def test_a_product_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="list 1 names product 3 twice"):
        score(np.array([[1, 2, 3], [3, 1, 3]], np.int32), purchases_of([1], [3]), ks=(3,))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[list[int]], list[set[int]]]:
    customers = draw(st.integers(1, 6))
    products = st.integers(0, PRODUCTS - 1)
    lists = [draw(st.lists(products, unique=True, max_size=20)) for _ in range(customers)]
    bought = [draw(st.sets(products, min_size=1)) for _ in range(customers)]
    return lists, bought


@given(cases())
def test_every_metric_is_the_reference(case: tuple[list[list[int]], list[set[int]]]) -> None:
    lists, bought = case
    padded = np.array([row + [-1] * (20 - len(row)) for row in lists], np.int32)
    values = score(padded, purchases_of(*map(list, bought)))
    for k in (5, 10, 20):
        expected = [reference(listed, set(own), k) for listed, own in zip(lists, bought, strict=True)]
        for name in METRICS:
            np.testing.assert_allclose(values[f"{name}_at_{k}"], [e[name] for e in expected], rtol=1e-12)


@given(cases())
def test_every_metric_lies_between_zero_and_one(case: tuple[list[list[int]], list[set[int]]]) -> None:
    lists, bought = case
    padded = np.array([row + [-1] * (20 - len(row)) for row in lists], np.int32)
    for values in score(padded, purchases_of(*map(list, bought))).values():
        assert ((values >= 0) & (values <= 1 + 1e-12)).all()
