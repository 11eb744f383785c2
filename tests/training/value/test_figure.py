"""The figure shows what was foretold against what came."""

import numpy as np
import pytest

from training.value.figure import value_calibration
from training.value.learning import Learning
from training.value.model import Values
from training.value.quality import Quality


def test_a_panel_for_chances_and_one_for_spend(learning: Learning) -> None:
    quality = learning.measured()
    assert quality is not None
    chance, spend = value_calibration(quality).axes
    np.testing.assert_array_equal(chance.lines[1].get_xdata(), quality.chance.foretold)
    np.testing.assert_array_equal(chance.lines[1].get_ydata(), quality.chance.found)
    assert spend.get_xscale() == "log"


@pytest.mark.parametrize("spend", [np.nan, 0.0])
def test_without_spend_it_is_drawn_all_the_same(spend: float) -> None:
    chance = np.linspace(0.1, 0.9, 20)
    quality = Quality.of(Values(np.full(20, spend), chance, 1 - chance), np.zeros(20), chance > 0.5)
    figure = value_calibration(quality)
    assert len(figure.axes) == (1 if np.isnan(spend) else 2)
    figure.canvas.draw()
