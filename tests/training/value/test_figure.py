"""The figure shows what was foretold against what came."""

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from training.value.figure import Panel, draw, value_calibration
from training.value.learning import Learning
from training.value.model import Values
from training.value.quality import Calibration, Quality

CIRCLE, TEXT = ("{http://www.w3.org/2000/svg}" + name for name in ("circle", "text"))


def read(figure: str) -> ET.Element:
    return ET.fromstring(figure)  # noqa: S314  # written by what is tested


def test_a_panel_for_chances_and_one_for_spend(learning: Learning, tmp_path: Path) -> None:
    quality = learning.measured()
    assert quality is not None
    draw(quality, tmp_path / "new" / "figure.svg")
    figure = read((tmp_path / "new" / "figure.svg").read_text())
    titles = [text.text for text in figure.iter(TEXT) if text.get("font-weight")]
    assert titles == ["Chance of a purchase", "Spend"]
    assert len(list(figure.iter(CIRCLE))) == 20


@pytest.mark.parametrize("spend", [np.nan, 0.0])
def test_without_spend_it_is_drawn_all_the_same(spend: float) -> None:
    chance = np.linspace(0.1, 0.9, 20)
    quality = Quality.of(Values(np.full(20, spend), chance, 1 - chance), np.zeros(20), chance > 0.5)
    figure = value_calibration(quality)
    assert len(list(read(figure).iter(CIRCLE))) == (10 if np.isnan(spend) else 20)
    assert "nan" not in figure


def test_what_came_as_foretold_lies_on_the_line() -> None:
    same = np.array([0.1, 0.25, 0.5])
    panel = Panel.of(Calibration(same, same, np.ones(3, np.int64)), title="any")
    along, up = np.array(panel._along(same)), np.array(panel._up(same))
    ends = panel.ticks[0], panel.ticks[-1]
    (left, right), (bottom, top) = panel._along(ends), panel._up(ends)
    np.testing.assert_allclose((along - left) / (right - left), (up - bottom) / (top - bottom))
    assert left <= along[0] < along[1] < along[2] <= right


def test_money_has_a_mark_for_each_power_of_ten() -> None:
    spend = np.array([2.0, 30.0, 400.0])
    panel = Panel.of(Calibration(spend, np.array([0.0, 20.0, 500.0]), np.ones(3, np.int64)), title="any", money=True)
    assert panel.ticks == [-1, 0, 1, 2, 3]


@pytest.mark.parametrize("value", [0.0, 0.37])
def test_a_single_value_has_a_scale(value: float) -> None:
    one = np.array([value])
    ticks = Panel.of(Calibration(one, one, np.ones(1, np.int64)), title="any").ticks
    assert ticks[0] <= value < ticks[-1]
