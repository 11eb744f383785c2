"""Example: a customer whose lists differ, with both lists and the reasons for them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from features.arrays import Codes, Doubles, elements_of
from features.tables import Shop
from training.comparison.side import SHOWN, Side
from training.evaluation.protocol import HEADLINE, Scores
from training.query import Query


@dataclass(frozen=True)
class Place:
    """One place of a list."""

    name: str  # of the product
    bought: bool  # in the window
    reason: str  # empty for a baseline, and where the model does not know the product


@dataclass(frozen=True)
class Example:
    """What two models showed to one customer."""

    customer_id: str
    orders: int  # before the cut
    bought: tuple[str, ...]  # in the window
    figures: tuple[float, float]  # NDCG@20 of both
    lists: tuple[list[Place], list[Place]]  # their first ten places

    @property
    def gain(self) -> float:
        """How much better the second list is."""
        return self.figures[1] - self.figures[0]


def examples_of(first: Side, second: Side, shop: Shop, most: int) -> list[Example]:
    """Where the second gains most, then where it loses most; each half of `most` customers, or fewer."""
    scores = [side.report.scores.get(side.ranking, {}).get("all") for side in (first, second)]
    if scores[0] is None or scores[1] is None:
        return []
    one, other = (score.values[HEADLINE] for score in scores if isinstance(score, Scores))
    return [
        _example(first, second, shop, row, (float(one[row]), float(other[row]))) for row in _rows(other - one, most)
    ]


def _rows(gain: Doubles, most: int) -> Iterator[int]:
    by = np.argsort(-gain, kind="stable")
    half = (most + 1) // 2
    yield from (row for row in by[:half].tolist() if gain[row] > 0)
    yield from (row for row in by[::-1][: most - half].tolist() if gain[row] < 0)


def _example(first: Side, second: Side, shop: Shop, row: int, figures: tuple[float, float]) -> Example:
    truth = first.report.truth
    _, bought = elements_of(truth.bought.offsets, np.array([row]))
    customer = shop.log.customers.id(int(truth.customer[row]))
    products = truth.bought.product[bought]
    return Example(
        customer_id=customer,
        orders=int(truth.orders[row]),
        bought=tuple(_names(shop, products)),
        figures=figures,
        lists=(_places(first, shop, row, customer, products), _places(second, shop, row, customer, products)),
    )


def _places(side: Side, shop: Shop, row: int, customer: str, bought: Codes) -> list[Place]:
    listed = side.report.lists[side.ranking].modes["all"].products[row]
    listed = listed[listed >= 0][:SHOWN]
    reasons = _reasons(side, customer, shop.log.products.ids(listed))
    hits = np.isin(listed, bought).tolist()
    return [Place(*place) for place in zip(_names(shop, listed), hits, reasons, strict=True)]


def _reasons(side: Side, customer: str, ids: list[str]) -> list[str]:
    model = side.recommender
    return [""] * len(ids) if model is None else model.explain(Query(customer_id=customer), ids)


def _names(shop: Shop, products: Codes) -> list[str]:
    """Names, or ids where there are none."""
    return [shop.catalogue.name[product] or shop.log.products.id(product) for product in products.tolist()]
