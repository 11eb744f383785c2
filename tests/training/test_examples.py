"""What the ranker learns from: nothing that was found is dropped, and nothing that was not is hidden."""

from dataclasses import replace

import numpy as np
import pytest

from features.arrays import DAY
from features.context import Context
from features.eventlog import EventLog
from features.market import Market
from features.profiles import Interests, Profiles
from tests.training.candidates.shop import T, shop
from tests.training.corner import Fixed
from tests.training.evaluation.small import Line, catalogue, log_of
from training.candidates.base import Snapshot
from training.candidates.popular import Popular
from training.candidates.repurchase import Repurchase
from training.config import RankerConfig, TrainingConfig
from training.examples import Examples, Window
from training.labels import Labels
from training.pool import Source

NAMES = ("pair_orders", "customer_orders", "popular_rank")
CONFIG = TrainingConfig(horizon=14)
RANKER = RankerConfig(negatives=4)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return shop().snapshot()


def window_of(snapshot: Snapshot, popular: int = 15) -> Window:
    """Past purchases, and the `popular` best sellers."""
    generators = (Source(Repurchase(), 100), Source(Popular(), popular))
    for source in generators:
        source.generator.fit(snapshot)
    return Window(snapshot, generators, shop().log, shop().profiles)


def examples_of(snapshot: Snapshot, *, most: int = 1_000, popular: int = 15, seed: int = 1) -> Examples:
    return window_of(snapshot, popular).examples(NAMES, replace(CONFIG, seed=seed), RANKER, most=most)


def market_of(log: EventLog, products: int) -> Market:
    return Market.measure(log.as_of(10 * DAY), catalogue([0] * products), time=10 * DAY, horizon=14)


def wanted(snapshot: Snapshot) -> int:
    after = shop().log.window(T, T + 14 * DAY)
    return len(Labels.of(after, snapshot.catalogue, snapshot.market, CONFIG).product)


def test_everything_found_is_kept_and_the_rest_is_counted(snapshot: Snapshot) -> None:
    examples = examples_of(snapshot)
    assert (examples.gain > 0).sum() == examples.found
    assert examples.found + examples.lost == wanted(snapshot)
    assert examples.lost > 0


def test_generators_that_name_everything_lose_nothing(snapshot: Snapshot) -> None:
    examples = examples_of(snapshot, popular=100)
    assert (examples.found, examples.lost) == (wanted(snapshot), 0)


def test_products_launched_in_the_window_are_counted_apart() -> None:
    log = log_of(Line("ann", "a", 1), Line("ann", "a", 12), Line("ann", "new", 12))
    goods = catalogue([0])
    empty = Snapshot(10 * DAY, log.as_of(10 * DAY), goods, market_of(log, 1), Profiles.unknown(1))
    window = Window(empty, [Source(Fixed("one", [[1.0]]), 1)], log, Profiles.unknown(1))
    examples = window.examples(("pair_orders",), CONFIG, RANKER, most=10)
    assert (examples.found, examples.lost, examples.unseen) == (1, 0, 1)


def test_others_are_sampled_by_the_number_bought(snapshot: Snapshot) -> None:
    """Fifteen popular ones and some forty bought before: about four for each of at least three."""
    examples = examples_of(snapshot)
    group = np.repeat(np.arange(len(examples.group)), examples.group)
    positives = np.bincount(group, examples.gain > 0)
    others = examples.group - positives
    assert (positives > 0).all()
    expected = 4 * np.maximum(positives, 3)
    assert abs(others.sum() / np.minimum(expected, 40).sum() - 1) < 0.25


def test_groups_are_customers(snapshot: Snapshot) -> None:
    """A feature of the customer is the same throughout a group."""
    examples = examples_of(snapshot)
    assert examples.group.sum() == len(examples.matrix) == len(examples.gain)
    starts = np.cumsum(examples.group) - examples.group
    orders = examples.matrix[:, NAMES.index("customer_orders")]
    assert (np.maximum.reduceat(orders, starts) == np.minimum.reduceat(orders, starts)).all()


def test_many_customers_are_sampled_by_the_seed(snapshot: Snapshot) -> None:
    few = examples_of(snapshot, most=10)
    assert len(few.group) <= 10
    again, other = examples_of(snapshot, most=10), examples_of(snapshot, most=10, seed=2)
    np.testing.assert_array_equal(few.matrix, again.matrix)
    assert few.matrix.shape != other.matrix.shape or not np.array_equal(few.matrix, other.matrix, equal_nan=True)


def test_first_comers_are_asked_about_as_the_strangers_they_were() -> None:
    """Bob comes in the window: nothing he did is known, but what he declared is."""
    log = log_of(Line("ann", "a", 1), Line("ann", "b", 2), Line("bob", "b", 12), Line("bob", "a", 13))
    declared = Interests(np.array([0, 0, 1]), np.array([1], np.int32))
    profiles = replace(Profiles.unknown(2), departments=declared)
    snapshot = Snapshot(
        10 * DAY, log.as_of(10 * DAY), catalogue([0, 1]), market_of(log, 2), profiles.take(np.arange(1))
    )
    source = Source(Fixed("one", [[1.0, 0.0], [0.5, 0.7]]), 2)  # the last row is for strangers
    window = Window(snapshot, [source], log, profiles)
    request = window.request(np.array([0, 1], np.int32))
    assert request.customer.tolist() == [0, -1]
    assert np.diff(request.history.offsets).tolist() == [2, 0]
    examples = window.examples(("pair_orders", "declared_interest", "one_score"), CONFIG, RANKER, most=10)
    np.testing.assert_allclose(examples.matrix, [[0, 0, 0.5], [0, 1, 0.7]])


def test_nobody_bought(snapshot: Snapshot) -> None:
    empty = replace(snapshot, time=T + 1_000 * DAY)
    examples = window_of(empty).examples(NAMES, CONFIG, RANKER, most=10)
    assert (len(examples.gain), len(examples.group), examples.found, examples.lost) == (0, 0, 0, 0)
    assert examples.matrix.shape == (0, 3)


def test_windows_are_joined(snapshot: Snapshot) -> None:
    one, other = examples_of(snapshot), examples_of(snapshot, most=10)
    both = Examples.joined([one, other])
    assert len(both.matrix) == len(one.matrix) + len(other.matrix)
    assert both.group.sum() == len(both.gain)
    assert (both.found, both.lost) == (one.found + other.found, one.lost + other.lost)


def test_lists_are_asked_for_with_nothing_in_hand(snapshot: Snapshot) -> None:
    context = window_of(snapshot).request(np.arange(3, dtype=np.int32)).context
    assert context.time == T
    assert len(context.basket) == 0
    assert isinstance(context, Context)
