"""ALS beyond the contract: warm starts and strangers."""

import numpy as np
import pytest

from features.arrays import DAY
from tests.training.candidates.shop import CUT, T, shop
from training.candidates.als import Als, AlsConfig
from training.candidates.lookup import lookup
from training.candidates.topk import top_k


def fitted(config: AlsConfig, time: int = T, previous: Als | None = None) -> Als:
    als = Als(config)
    als.fit(shop().snapshot(time), previous)
    return als


def loss(als: Als) -> float:
    """Of Hu et al., without the regularisation."""
    snapshot = shop().snapshot()
    weights = snapshot.bought.decayed(snapshot.time, als.config.half_life, width=len(snapshot.catalogue)).matrix()
    weights = weights.toarray()
    predicted = als.user_factors.astype(np.float64) @ als.item_factors.T
    return float(((1 + als.config.alpha * weights) * ((weights > 0) - predicted) ** 2).sum())


def test_a_warm_start_is_ahead_of_a_cold_one() -> None:
    earlier = fitted(AlsConfig(factors=8), T - 10 * DAY)
    warm = fitted(AlsConfig(factors=8, warm_iterations=2), previous=earlier)
    assert loss(warm) < loss(fitted(AlsConfig(factors=8, iterations=2)))
    assert loss(warm) < 1.1 * loss(fitted(AlsConfig(factors=8, iterations=30)))


def test_a_warm_start_on_a_grown_shop() -> None:
    earlier = fitted(AlsConfig(factors=8), 5 * DAY)
    assert len(earlier.user_factors) < len(shop().snapshot().history)
    warm = fitted(AlsConfig(factors=8), previous=earlier)
    assert np.isfinite(warm.user_factors).all()
    assert warm.user_factors.any(axis=1).all()


def test_other_lengths_of_factors_start_cold() -> None:
    other = fitted(AlsConfig(factors=4), T - DAY)
    assert np.array_equal(
        fitted(AlsConfig(factors=8), previous=other).item_factors, fitted(AlsConfig(factors=8)).item_factors
    )


def test_a_stranger_with_the_same_history_is_scored_as_the_customer() -> None:
    als, snapshot = fitted(AlsConfig(factors=8, iterations=40)), shop().snapshot()
    rows = np.arange(10)
    known, strangers = shop().request(snapshot, rows), shop().request(snapshot, rows)
    strangers.customer[:] = -1
    products = np.tile(np.arange(len(snapshot.catalogue), dtype=np.int32), 10)
    pairs = np.repeat(rows, len(snapshot.catalogue)).astype(np.int32), products
    one, other = lookup(als.scores(known), *pairs), lookup(als.scores(strangers), *pairs)
    assert np.nanmax(np.abs(one - other)) < 0.02


def test_customers_who_come_later_are_folded_in() -> None:
    early = fitted(AlsConfig(factors=8), 5 * DAY)
    snapshot = shop().snapshot()
    late = np.arange(len(early.user_factors), len(snapshot.history))[:3]
    assert len(late) == 3
    assert len(top_k(early.scores(shop().request(snapshot, late)), 5).product) == 15


def test_products_without_a_buyer_have_no_score() -> None:
    als = fitted(AlsConfig(factors=8))
    bought = set(shop().snapshot().history.purchases.product.tolist())
    assert set(als.unknown.tolist()) == set(range(len(shop().catalogue))) - bought
    assert CUT * DAY == T


def test_a_sample_is_nearly_as_good_and_everyone_has_factors() -> None:
    whole, sampled = (
        fitted(AlsConfig(factors=8, iterations=10)),
        fitted(AlsConfig(factors=8, iterations=10, budget=600)),
    )
    assert sampled.user_factors.any(axis=1).all()
    assert loss(sampled) < 1.2 * loss(whole)


def test_one_iteration_is_too_few() -> None:
    with pytest.raises(ValueError, match="must be 2 or more"):
        AlsConfig(iterations=1)
