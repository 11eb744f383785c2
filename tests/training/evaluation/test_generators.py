"""Recall of candidates by their source."""

import numpy as np
import pytest

from features.arrays import DAY
from tests.training.evaluation.small import Line, log_of
from training.candidates.scores import Candidates
from training.evaluation.generators import generator_recall
from training.evaluation.truth import Truth


def candidates(*rows: list[int]) -> Candidates:
    product = np.array([p for row in rows for p in row], np.int32)
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    return Candidates(offsets, product, np.zeros(len(product), np.float32))


def test_recall_alone_is_what_no_other_source_named() -> None:
    bought = {"a": "pq", "b": "r"}
    log = log_of(
        *(Line(c, p, 1) for c in "ab" for p in "pqrs"),
        *(Line(c, p, 11) for c, products in bought.items() for p in products),
    )
    truth = Truth.of(log, 10 * DAY, 20 * DAY)
    p, q, r, s = (log.products.index(x) for x in "pqrs")
    found = generator_recall({"als": candidates([p, q], [s]), "popular": candidates([p], [r, s])}, truth)
    assert found == pytest.approx(
        {
            "generator/als/recall": (1 + 0) / 2,
            "generator/als/recall_alone": (1 / 2 + 0) / 2,
            "generator/als/per_customer": 1.5,
            "generator/popular/recall": (1 / 2 + 1) / 2,
            "generator/popular/recall_alone": (0 + 1) / 2,
            "generator/popular/per_customer": 1.5,
            "generator/any/recall": 1.0,
        }
    )
