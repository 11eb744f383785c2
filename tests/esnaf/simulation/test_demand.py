"""Draws follow the weights, and keep to what is sold."""

import numpy as np
import pytest

from esnaf.simulation.categories import CATEGORIES
from esnaf.simulation.interests import GIFT, INTERESTS, STAPLE, affinity, category_weights
from esnaf.simulation.world import World
from features.arrays import DAY, Array

N = 20_000


@pytest.fixture(scope="module")
def times(world: World) -> Array:
    return np.random.default_rng(0).integers(world.clock.start, world.clock.end, N)


def test_only_what_is_sold_is_drawn(world: World, times: Array) -> None:
    interest = np.random.default_rng(1).integers(STAPLE + 1, size=N)
    product = world.demand.product(interest, times, np.random.default_rng(2))
    assert world.assortment.sold(product, times).all()


def test_categories_come_as_often_as_their_weight(world: World) -> None:
    when = np.full(N, world.clock.start + 20 * DAY)
    product = world.demand.product(np.full(N, GIFT), when, np.random.default_rng(3))
    seen = np.bincount(world.assortment.category[product], minlength=len(CATEGORIES)) / N
    flat = np.array([category.peak == 0 for category in CATEGORIES])
    weights = category_weights()[GIFT]
    assert seen[weights == 0].sum() == 0
    common = flat & (weights > 0.01)
    assert np.corrcoef(seen[common], weights[common])[0, 1] > 0.8


def test_alternatives_are_of_the_category(world: World, times: Array) -> None:
    rng = np.random.default_rng(4)
    category = rng.integers(len(CATEGORIES), size=N)
    product = world.demand.alternative(np.full(N, STAPLE), category, times, rng=rng)
    staple = np.array([c.interval > 0 for c in CATEGORIES])[category]
    assert (product[~staple] == -1).all()
    found = product >= 0
    assert found[staple].mean() > 0.9
    assert (world.assortment.category[product[found]] == category[found]).all()
    assert world.assortment.sold(product[found], times[found]).all()


def test_interests_look_at_their_own_categories(world: World, times: Array) -> None:
    pets = [interest.name for interest in INTERESTS].index("pets")
    product = world.demand.product(np.full(N, pets), times, np.random.default_rng(5))
    paths = [CATEGORIES[g].path for g in world.assortment.category[product]]
    assert np.mean([path.startswith("Pets") for path in paths]) > 0.5


def test_popularity_drifts(world: World) -> None:
    category = world.assortment.category
    first, last = (np.diff(world.demand.heap[row]) for row in (0, len(world.demand.starts) - 1))
    largest = int(np.bincount(category).argmax())
    inside = np.flatnonzero(category[1:] == largest)
    both = inside[(first[inside] > 0) & (last[inside] > 0)]
    assert 0.2 < np.corrcoef(np.log(first[both]), np.log(last[both]))[0, 1] < 0.99


def test_promotions_lower_the_price(world: World, times: Array) -> None:
    product = np.random.default_rng(6).integers(len(world.assortment), size=N)
    factor = world.demand.price_factor(product, times)
    assert 0.69 < factor.min() < 0.91
    assert 0.9 < (factor == 1).mean() < 0.99


def test_weights_are_shares() -> None:
    assert np.allclose(category_weights().sum(axis=1), 1)
    assert np.allclose(affinity().sum(axis=2), 1)
