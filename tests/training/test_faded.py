"""What was shown often and passed by moves down, and nothing else changes."""

import numpy as np

from features.arrays import Codes
from features.vocabulary import Vocabulary
from training.faded import Faded
from training.query import Query
from training.recommender import Recommender


def test_amounts_are_found_by_row_and_product() -> None:
    faded = Faded.of([{"b": 0.5, "nobody": 1.0}, {}, {"a": 2.0, "b": 1.0}], Vocabulary.of(["a", "b", "c"]))
    assert faded is not None
    row: Codes = np.array([0, 0, 1, 2, 2, 2], np.int32)
    product: Codes = np.array([0, 1, 1, 0, 1, 2], np.int32)
    assert faded.amounts(row, product).tolist() == [0.0, 0.5, 0.0, 2.0, 1.0, 0.0]
    assert Faded.of([{}, {"nobody": 1.0}], Vocabulary.of(["a"])) is None


def test_a_list_without_is_the_same_and_one_with_is_in_order(whole: Recommender) -> None:
    customers = whole.customers.ids()[:6]
    plain = whole.recommend([Query(one) for one in customers], 30)
    first = plain[2].items[0]
    queries = [Query(one, faded={first.product_id: 0.7} if row == 2 else {}) for row, one in enumerate(customers)]
    faded = whole.recommend(queries, 30)
    assert [one == two for one, two in zip(plain, faded, strict=True)] == [row != 2 for row in range(6)]
    score = {item.product_id: item.score for item in faded[2].items}
    assert score[first.product_id] == first.score - 0.7
    assert [item.score for item in faded[2].items] == sorted(score.values(), reverse=True)
    assert whole.recommend([queries[2]], 30) == [faded[2]]


def test_a_list_that_has_nothing_else_stays_full(whole: Recommender) -> None:
    (plain,) = whole.recommend([Query(whole.customers.id(0))], 20)
    everything = dict.fromkeys(whole.products.ids(), 1.0)
    (faded,) = whole.recommend([Query(whole.customers.id(0), faded=everything)], 20)
    assert [item.product_id for item in faded.items] == [item.product_id for item in plain.items]
