"""The feature matrix: the same bits for one customer and for many, and nothing looked at but what it is given."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.arrays import Codes, Floats
from features.context import Context
from features.history import History
from features.kinds import Kind
from features.matrix import feature_matrix, feature_names
from features.pairs import Pairs
from features.profiles import Profiles
from features.registry import REGISTRY
from tests.features.hand import PRODUCTS, Event, T, bits, catalogue, history, in_hand, interests, market, seconds

CATALOGUE = catalogue(
    categories=["Home > Mugs", "Home > Mugs", "Garden", "", "Toys"], brands=["x", "y", "x"], unavailable="d"
)
CROWD = history(
    [Event(p, T - day, 1 + day % 3, price=2.0 + day % 5) for day in range(1, 390, 9) for p in "abc"],
    [Event(p, T - day, price=3.3) for day in range(2, 380, 31) for p in "cde"],
)
MARKET = market(CROWD, CATALOGUE)
CUSTOMER = st.lists(
    st.builds(
        Event,
        st.sampled_from(PRODUCTS),
        st.floats(1, T - 1).map(lambda day: round(day, 3)),
        quantity=st.integers(1, 9).map(float),
        price=st.sampled_from([1.1, 2.7, 9.9, float("nan")]),
        order=st.integers(-1, 4),
        kind=st.sampled_from(
            [
                Kind.PURCHASE,
                Kind.PURCHASE,
                Kind.VIEW,
                Kind.CLICK,
                Kind.ADD_TO_CART,
                Kind.REMOVE_FROM_CART,
                Kind.WISHLIST,
            ]
        ),
    ),
    max_size=30,
)
CUSTOMERS = st.lists(CUSTOMER, min_size=2, max_size=5)


def everything(of: History, rows: Sequence[int]) -> tuple[History, Profiles, Context]:
    """Some customers with an interest and something in hand, each by its number."""
    profiles = replace(
        Profiles.unknown(len(of)),
        categories=interests(*[[row % 3] for row in range(len(of))]),
        brands=interests(*[[row % 2] if row % 3 else [] for row in range(len(of))]),
    )
    context = in_hand([(PRODUCTS[: row % 3], PRODUCTS[row % 6] if row % 2 else "") for row in range(len(of))])
    chosen = np.array(rows, np.int32)
    return of.take(chosen), profiles.take(chosen), context.take(chosen)


def matrix(of: History, rows: Sequence[int]) -> Floats:
    """All features of all pairs of some customers, row by row."""
    some, profiles, context = everything(of, rows)
    row = np.repeat(np.arange(len(rows), dtype=np.int32), len(PRODUCTS))
    pairs = Pairs.of(row, np.tile(np.arange(len(PRODUCTS), dtype=np.int32), len(rows)))
    return feature_matrix(some, CATALOGUE, MARKET, pairs, seconds(T), profiles=profiles, context=context)


@settings(max_examples=40, deadline=None)
@given(CUSTOMERS, st.randoms(use_true_random=False))
def test_alone_and_in_any_company(customers: list[list[Event]], random: Random) -> None:
    of = history(*customers)
    together = matrix(of, range(len(of))).reshape(len(of), -1)
    for row in range(len(of)):
        assert np.array_equal(bits(matrix(of, [row])).ravel(), bits(together[row]))
    order = [*range(len(of)), 0]
    random.shuffle(order)
    assert np.array_equal(bits(matrix(of, order)).reshape(len(order), -1), bits(together[order]))


@settings(max_examples=20, deadline=None)
@given(CUSTOMERS, st.integers(2, T))
def test_what_the_history_does_not_hold_is_not_known(customers: list[list[Event]], day: int) -> None:
    """A history cut off at a moment is the history of somebody who did nothing from then on."""
    past = history(*[[event for event in events if event.day < day] for events in customers])
    cut = history(*customers).before(seconds(day))
    assert np.array_equal(bits(matrix(past, range(len(past)))), bits(matrix(cut, range(len(cut)))))


def pairs_of(rows: list[int], letters: str) -> tuple[Codes, Codes]:
    return np.array(rows, np.int32), np.array([PRODUCTS.index(p) for p in letters], np.int32)


def test_columns_are_chosen_by_name() -> None:
    of, pairs = history([Event("a", 390)]), Pairs.of(*pairs_of([0, 0], "ab"))
    whole = feature_matrix(of, CATALOGUE, MARKET, pairs, seconds(T))
    assert whole.shape == (2, len(REGISTRY))
    assert whole.dtype == np.float32
    names = ["product_sold_28", "pair_orders"]
    chosen = feature_matrix(of, CATALOGUE, MARKET, pairs, seconds(T), names=names)
    assert chosen.tolist() == whole[:, [list(REGISTRY).index(name) for name in names]].tolist()
    assert chosen[:, 1].tolist() == [1, 0]


def test_what_generators_say_stands_beside() -> None:
    score, rank = np.array([[0.5, np.nan], [0.25, 7.0]], np.float32), np.array([[1, np.nan], [2, 1]], np.float32)
    pairs = Pairs(*pairs_of([0, 0], "ab"), ("als", "popular"), score, rank)
    names = ["popular_rank", "als_score", "als_rank", "popular_score"]
    found = feature_matrix(history([]), CATALOGUE, MARKET, pairs, seconds(T), names=names)
    assert np.array_equal(found, [[np.nan, 0.5, 1, np.nan], [1, 0.25, 2, 7]], equal_nan=True)
    assert feature_names(pairs.generators)[-4:] == ["als_score", "popular_score", "als_rank", "popular_rank"]
    second = pairs.take(np.array([1], np.int32))
    assert (len(second), second.rank.tolist(), second.product.tolist()) == (1, [[2, 1]], [1])


def test_no_pairs() -> None:
    nobody = Pairs.of(*pairs_of([], ""))
    assert feature_matrix(history(), CATALOGUE, MARKET, nobody, seconds(T)).shape == (0, len(REGISTRY))


def test_a_feature_that_does_not_exist() -> None:
    with pytest.raises(KeyError, match="luck"):
        feature_matrix(history([]), CATALOGUE, MARKET, Pairs.of(*pairs_of([0], "a")), seconds(T), names=["luck"])


def test_a_stranger_has_numbers_or_nan_for_everything() -> None:
    found = matrix(history([]), [0])
    assert found.shape == (len(PRODUCTS), len(REGISTRY))
    assert not np.isinf(found).any()
