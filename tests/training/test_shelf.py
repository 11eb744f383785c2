"""What fills a list when the candidates run out."""

from dataclasses import replace

import numpy as np
import pytest

from features.arrays import Codes
from features.context import Context
from features.eventlog import EventLog
from features.history import History
from features.market import Market
from features.profiles import Profiles
from tests.training.corner import codes
from tests.training.evaluation.small import Line, catalogue, log_of
from training.ranking import Ranking
from training.request import Request
from training.shelf import Shelf

FILL = 3  # index of the first source of the shelf, after three generators


@pytest.fixture
def log() -> EventLog:
    """Products a to e; c sells best, then a, then b; d sold long ago, e was only looked at."""
    bought = [*("c",) * 3, *("a",) * 2, "b"]
    lines = [Line(f"x{i}", product, 99) for i, product in enumerate(bought)]
    return log_of(*(Line("y", product, 1) for product in "ab"), Line("z", "c", 1), Line("z", "d", 1), *lines)


def shelf_of(log: EventLog, products: int = 5, *, parent: Codes | None = None) -> Shelf:
    goods = catalogue([0] * products)
    goods = goods if parent is None else replace(goods, parent=parent)
    return Shelf.of(goods, Market.measure(log.as_of(200 * 86_400), goods, time=100 * 86_400, horizon=28))


def asked(rows: int, bought: History | None = None) -> Request:
    return Request(codes(*range(rows)), bought or History.empty(rows), Profiles.unknown(rows), Context.at(0, rows))


def nothing(rows: int) -> Ranking:
    return Ranking(np.zeros(rows + 1, np.int64), codes(), np.zeros(0), codes())


def lists(filled: Ranking) -> list[list[int]]:
    return [filled.product[a:b].tolist() for a, b in zip(filled.offsets, filled.offsets[1:], strict=False)]


def fill(shelf: Shelf, ranking: Ranking, request: Request, n: int, **options: object) -> Ranking:
    rules = {"allowed": None, "exclude_purchased": False, "source": FILL, **options}
    return shelf.fill(ranking, request, n, **rules)  # type: ignore[arg-type]  # each test names its own


def test_what_sells_first_then_the_rest(log: EventLog) -> None:
    """a, b, c, d are 0 to 3 in the log's order, and 4 never sold."""
    filled = fill(shelf_of(log), nothing(2), asked(2), 5)
    assert lists(filled) == [[2, 0, 1, 3, 4]] * 2
    assert filled.source.tolist() == [FILL] * 4 + [FILL + 1] + [FILL] * 4 + [FILL + 1]


def test_a_list_is_short_only_if_the_shop_is(log: EventLog) -> None:
    assert lists(fill(shelf_of(log), nothing(1), asked(1), 1_000)) == [[2, 0, 1, 3, 4]]


def test_what_is_listed_stays_in_front_and_stands_once(log: EventLog) -> None:
    ranked = Ranking(np.array([0, 2, 2]), codes(3, 2), np.array([0.7, 0.1]), codes(1, 0))
    filled = fill(shelf_of(log), ranked, asked(2), 4)
    assert lists(filled) == [[3, 2, 0, 1], [2, 0, 1, 3]]
    assert filled.source.tolist() == [1, 0, FILL, FILL, FILL, FILL, FILL, FILL]
    for row in range(2):
        scores = filled.score[filled.offsets[row] : filled.offsets[row + 1]]
        assert (np.diff(scores) < 0).all()


def test_what_is_in_hand_is_not_offered(log: EventLog) -> None:
    context = Context(0, np.array([0, 1, 1]), codes(2), codes(-1, 0))
    request = replace(asked(2), context=context)
    assert lists(fill(shelf_of(log), nothing(2), request, 2)) == [[0, 1], [2, 1]]


def test_only_what_is_allowed(log: EventLog) -> None:
    allowed = np.array([False, True, False, False, True])
    assert lists(fill(shelf_of(log), nothing(1), asked(1), 3, allowed=allowed)) == [[1, 4]]
    assert lists(fill(shelf_of(log), nothing(1), asked(1), 3, allowed=np.zeros(5, bool))) == [[]]


def test_without_what_was_bought_if_so_asked(log: EventLog) -> None:
    bought = log.as_of(200 * 86_400).take(codes(log.customers.index("y")))
    request = asked(1, bought)
    assert lists(fill(shelf_of(log), nothing(1), request, 3)) == [[2, 0, 1]]
    assert lists(fill(shelf_of(log), nothing(1), request, 3, exclude_purchased=True)) == [[2, 3, 4]]


def test_one_variant_of_a_product(log: EventLog) -> None:
    """c, a and b are variants of one; d and e of another, d being listed."""
    shelf = shelf_of(log, parent=codes(8, 8, 8, 9, 9))
    listed = Ranking(np.array([0, 1]), codes(3), np.array([0.5]), codes(0))
    assert shelf.variants
    assert lists(fill(shelf, listed, asked(1), 4)) == [[3, 2]]


def test_many_variants_do_not_make_a_list_short(log: EventLog) -> None:
    """Ten products of fifty variants each, one after the other in the order of the shelf."""
    shelf = shelf_of(log, 500, parent=np.repeat(codes(*range(10)), 50))
    (filled,) = lists(fill(shelf, nothing(1), asked(1), 10))
    assert sorted(product // 50 for product in filled) == list(range(10))


def test_rows_lack_different_numbers(log: EventLog) -> None:
    ranked = Ranking(np.array([0, 3, 4, 4]), codes(4, 1, 0, 1), np.ones(4), codes(0, 0, 0, 0))
    filled = fill(shelf_of(log), ranked, asked(3), 3)
    assert filled.offsets.tolist() == [0, 3, 6, 9]
    assert lists(filled) == [[4, 1, 0], [1, 2, 0], [2, 0, 1]]
