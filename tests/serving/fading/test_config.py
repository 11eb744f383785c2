"""Settings of fading and of newcomers that make no sense are told."""

import math

import pytest

from features.errors import ConfigError
from features.settings import Settings
from serving.fading.config import FadingConfig
from serving.newcomers.config import NewcomersConfig


@pytest.mark.parametrize(
    "setting", ["shown = 0", "factor = 1", "factor = 0", "steps = 0", "days = 0", "days = 400", "visit_s = -1"]
)
def test_fading(setting: str) -> None:
    with pytest.raises(ConfigError, match=setting.split(maxsplit=1)[0]):
        Settings.parse(f"[fading]\n{setting}").section("fading", FadingConfig)


@pytest.mark.parametrize("setting", ["most = 0", "people = 0", "people = 21", "share = 0", "share = 2", "place = 0"])
def test_newcomers(setting: str) -> None:
    with pytest.raises(ConfigError, match=setting.split(maxsplit=1)[0]):
        Settings.parse(f"[newcomers]\n{setting}").section("newcomers", NewcomersConfig)


def test_a_step_is_a_factor_of_the_weight() -> None:
    assert math.exp(-FadingConfig().step) == pytest.approx(0.8)
