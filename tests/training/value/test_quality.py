"""Figures of quality agree with their definitions."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from training.value.model import Values
from training.value.quality import Calibration, Quality, auc, rank_correlation, ranks


def test_ranks_share_ties() -> None:
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [2.5, 0.0, 2.5, 1.0]


def test_rank_correlation_is_spearmans() -> None:
    random = np.random.default_rng(1)
    one, other = random.random(300), np.maximum(random.normal(size=300), 0)
    assert rank_correlation(one, other) == pytest.approx(spearmanr(one, other)[0])
    assert rank_correlation(np.ones(3), np.arange(3.0)) == 0.0


def test_auc_counts_pairs_in_the_right_order() -> None:
    assert auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])) == 0.75
    assert auc(np.ones(3), np.array([True, True, True])) == 0.5


def test_calibration_of_what_came_as_foretold() -> None:
    chance = np.repeat([0.1, 0.9], 500)
    found = Calibration.of(chance, np.concatenate([np.arange(500) < 50, np.arange(500) < 450]))
    assert found.size.sum() == 1_000
    assert len(found.size) == 10
    assert found.foretold[0] == pytest.approx(0.1)


def test_a_shop_without_prices_has_figures_of_chances_alone() -> None:
    nothing = np.full(4, np.nan)
    chance = np.array([0.1, 0.2, 0.3, 0.4])
    quality = Quality.of(Values(nothing, chance, 1 - chance), np.zeros(4), np.array([False, False, True, True]))
    assert quality.spend is None
    assert quality.metrics["chance_auc"] == 1.0
    assert "spend_mae" not in quality.metrics
