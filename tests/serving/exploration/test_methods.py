"""What is drawn has exactly the probabilities that are stated."""

import math
from collections import Counter
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from features.errors import ConfigError
from features.settings import Settings
from serving.exploration.config import ExplorationConfig
from serving.exploration.methods import Epsilon, Method, Softmax, method_of

METHODS = [Epsilon(0.3), Epsilon(1.0), Softmax(0.5), Softmax(3.0)]
SCORES = [1.2, 1.0, 0.1, -0.5]
DRAWS = 20_000


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("places", [2, 4])
def test_orders_are_as_frequent_as_is_stated(method: Method, places: int) -> None:
    weights, random = method.weights(SCORES), Random(11).random
    seen = Counter(tuple(method.draw(weights, random, places)) for _ in range(DRAWS))
    orders = list(permutations(range(len(SCORES)), places))
    expected = [DRAWS * math.prod(method.chances(weights, order)) for order in orders]
    assert sum(expected) == pytest.approx(DRAWS)
    assert min(expected) > 5
    assert seen.keys() <= set(orders)
    assert stats.chisquare([seen[order] for order in orders], expected).pvalue > 0.001


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_each_place_has_its_own_probability(method: Method) -> None:
    """Given what stands above, those left share it among themselves."""
    weights = method.weights(SCORES)
    for above in permutations(range(4), 2):
        left = [product for product in range(4) if product not in above]
        chances = [method.chances(weights, [*above, product])[-1] for product in left]
        assert math.fsum(chances) == pytest.approx(1.0, abs=1e-12)
    assert method.chances(weights, [2, 0, 3, 1])[-1] == 1.0


def test_softmax_is_what_it_says() -> None:
    method = Softmax(0.5)
    chances = method.chances(method.weights(SCORES), [2, 0])
    powers = [math.exp(score / 0.5) for score in SCORES]
    assert chances == pytest.approx([powers[2] / sum(powers), powers[0] / (sum(powers) - powers[2])])


def test_epsilon_is_what_it_says() -> None:
    chances = Epsilon(0.2).chances([4.0, 3.0, 2.0, 1.0], [0, 3, 1, 2])
    assert chances == pytest.approx([0.8 + 0.2 / 4, 0.2 / 3, 0.8 + 0.2 / 2, 1.0])


@given(
    scores=st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=30),
    seed=st.integers(0, 1_000),
    method=st.sampled_from([Epsilon(0.05), Softmax(1e-6), Softmax(0.1), Softmax(1e6)]),
)
def test_whatever_the_scores_are_probabilities_are_some(scores: list[float], seed: int, method: Method) -> None:
    weights = method.weights(sorted(scores, reverse=True))
    order = method.draw(weights, Random(seed).random, max(1, len(scores) - 3))
    assert len(set(order)) == len(order)
    assert all(0 < chance <= 1 for chance in method.chances(weights, order))


@pytest.mark.parametrize(
    "text",
    ["method = 'on'", "epsilon = 0.0", "epsilon = 1.5", "temperature = 0.0", "top = 1", "top = 2000", "seed = 'x'"],
)
def test_a_setting_that_cannot_be(text: str) -> None:
    with pytest.raises(ConfigError, match=r"\[exploration\]"):
        Settings.parse(f"[exploration]\n{text}").section("exploration", ExplorationConfig)


def test_the_settings_say_how_it_is_drawn() -> None:
    assert ExplorationConfig().described == "off"
    assert method_of(ExplorationConfig()) is None
    assert ExplorationConfig("epsilon", epsilon=0.1, top=9).described == "epsilon(epsilon=0.1, top=9)"
    assert ExplorationConfig("softmax").described == "softmax(temperature=0.1, top=20)"
    assert method_of(ExplorationConfig("softmax", temperature=2.0)) == Softmax(2.0)
