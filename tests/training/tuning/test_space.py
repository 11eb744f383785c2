"""The space is checked against the settings it changes, and its points are settings."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from features.errors import ConfigError
from features.settings import Settings
from features.toml import toml_text
from tests.training.tuning.shops import SETTINGS, cuts, shop
from training.config import FeaturesConfig, PoolConfig, RankerConfig, TrainingConfig
from training.configuration import configuration
from training.trainer import Trainer
from training.tuning.axis import Span, Value
from training.tuning.config import TuneConfig
from training.tuning.space import SAMPLING, Space

DEFAULT = Space.of(Settings({}))


def space(text: str, more: str = "") -> Space:
    return Space.of(Settings.parse(f"{more}\n[tune.space]\n{text}"))


@st.composite
def points(draw: st.DrawFn) -> dict[str, Value]:
    point: dict[str, Value] = {}
    for axis in DEFAULT.axes:
        if not isinstance(axis.values, Span):
            point[axis.name] = draw(st.sampled_from(axis.values))
        elif isinstance(axis.current, int):
            point[axis.name] = draw(st.integers(int(axis.values.low), int(axis.values.high)))
        else:
            point[axis.name] = draw(st.floats(axis.values.low, axis.values.high))
    return point


def test_the_default_space_is_around_the_defaults() -> None:
    kinds = {axis.name.partition(".")[0] for axis in DEFAULT.axes}
    assert kinds == {"generators", "features", "training", "pool", "candidates", "ranker"}
    assert DEFAULT.current["ranker.trees"] == RankerConfig().trees
    assert DEFAULT.current["generators.als"] is True
    assert DEFAULT.changes(DEFAULT.current) == {}
    assert DEFAULT.settings(DEFAULT.current) == Settings({})


@hypothesis_settings(max_examples=25)
@given(points())
def test_every_point_is_settings_that_can_be_written_and_read(point: dict[str, Value]) -> None:
    settings = DEFAULT.settings(point)
    read = Settings.parse(toml_text(settings.values))
    assert configuration(read) == configuration(settings)
    generators = read.section("pool", PoolConfig).generators
    assert {name: f"{name}" in generators for name in ("als", "words")} == {
        name: point[f"generators.{name}"] for name in ("als", "words")
    }
    assert ("taste" in read.section("features", FeaturesConfig).exclude) is not point["features.taste"]
    assert read.section("ranker", RankerConfig).trees == point["ranker.trees"]
    assert read.section("training", TrainingConfig).stride == point["training.stride"]


@hypothesis_settings(max_examples=25)
@given(points())
def test_only_what_has_an_effect_is_a_change(point: dict[str, Value]) -> None:
    without = {**point, "generators.als": False}
    assert not any(name.startswith("candidates.als") for name in DEFAULT.changes(without))
    other = {**without, "candidates.als.factors": 96}
    assert configuration(DEFAULT.settings(other)) == configuration(DEFAULT.settings(without))


def test_the_users_own_settings_stay() -> None:
    own = '[tables]\nexclude_products = ["/x.*/"]\n[features]\nexclude = ["weekday"]\n[ranker]\nleaves = 31'
    found = space("", own)
    values = found.settings({**found.current, "ranker.trees": 77, "features.taste": False}).values
    assert values["tables"] == {"exclude_products": ["/x.*/"]}
    assert values["features"] == {"exclude": ["weekday", "taste"]}
    assert values["ranker"] == {"leaves": 31, "trees": 77}
    assert found.base.values["ranker"] == {"leaves": 31}


def test_a_line_of_ones_own_narrows_the_space() -> None:
    names = {a.name for a in space('ranker = { trees = [50] }\ngenerators = ["als"]\nfeatures = []').axes}
    assert {name for name in names if name.startswith(("ranker", "generators", "features"))} == {
        "ranker.trees",
        "generators.als",
    }
    assert "candidates.als.factors" in names


def test_settings_of_generators_out_of_reach_are_left_out() -> None:
    names = {a.name for a in space('generators = ["als"]', '[pool]\ngenerators = ["popular"]').axes}
    assert {name for name in names if name.startswith("candidates")} == {
        "candidates.als.factors",
        "candidates.als.half_life",
        "candidates.popular.window",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ranker = { tree = [5] }", r"\[tune.space\] ranker.tree: cannot be tuned; known here: .*trees"),
        ("ranker = { threads = [1] }", r"ranker.threads: cannot be tuned"),
        ("training = { horizon = [7, 14] }", r"training.horizon: cannot be tuned"),
        ("training = { seed = [7, 14] }", r"training.seed: cannot be tuned"),
        ("ranker = { trees = [0] }", r"\[tune.space\]: \[ranker\]: trees = 0: must be 1 or more"),
        ("ranker = { trees = [1.5] }", r"\[tune.space\]: \[ranker\] trees: 1.5 is not a whole number"),
        ("ranker = { trees = { low = 0, high = 9 } }", "trees = 0: must be 1 or more"),
        ('ranker = { loss = ["hinge"] }', "'hinge' is none of 'binary'"),
        ("ranker = { balance = 1 }", "ranker.balance: 1 is neither a list"),
        ("pool = { generators = [1] }", r"pool.generators: cannot be tuned; known here: size"),
        ('generators = ["alz"]', r"\[tune.space\] generators: generator 'alz'"),
        ('features = ["tast"]', r"\[tune.space\] features: 'tast' is no feature and no family; did you mean 'taste'"),
        ("candidates = { alz = { factors = [1] } }", r"candidates.alz: there is no such generator"),
        ("candidates = { als = 3 }", r"\[tune.space\] candidates\.als: 3 is not a table|candidates.als"),
        ("candidates = { als = { factor = [1] } }", r"candidates.als.factor: cannot be tuned; known here: .*factors"),
        ("candidates = { als = { factors = [0] } }", "factors"),
        ("trees = [5]", r"\[tune\] space.trees: no such setting"),
    ],
)
def test_what_cannot_be_tuned_is_said_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        space(text)


@pytest.mark.parametrize("line", ["cuts = 0", "trials = 0", "minutes = 0", "margin = 1", "seeds = -1", "keep = 0"])
def test_limits_are_checked(line: str) -> None:
    with pytest.raises(ConfigError, match=line.partition(" ")[0]):
        Settings.parse(f"[tune]\n{line}").section("tune", TuneConfig)


def test_other_settings_or_another_space_have_another_name() -> None:
    names = [space("").digest, space("features = []").digest, space("", "[ranker]\nleaves = 9").digest]
    assert len(set(names)) == 3
    assert Space.of(Settings.parse("[tune]\nminutes = 3")).digest == DEFAULT.digest


def test_examples_depend_on_nothing_else_of_the_ranker() -> None:
    """What lets trials share them."""
    other: dict[str, Any] = {
        "loss": "lambdarank", "boosters": 1, "trees": 3, "learning_rate": 0.3, "leaves": 5, "min_leaf": 7,
        "min_positives": 3, "balance": 0.1, "feature_fraction": 0.9, "bagging_fraction": 0.9, "l2": 1.0, "bins": 9,
        "threads": 2,
    }  # fmt: skip
    assert other.keys() == {field.name for field in dataclasses.fields(RankerConfig)} - set(SAMPLING)
    changed = dataclasses.replace(SETTINGS, values={**SETTINGS.values, "ranker": other})
    moments = Trainer(shop(), SETTINGS).groundwork.windows(cuts()[-1].time)
    pairs = zip(
        *(Trainer(shop(), settings).groundwork.examples(moments) for settings in (SETTINGS, changed)), strict=True
    )
    for one, two in pairs:
        assert np.array_equal(one.matrix, two.matrix, equal_nan=True)
        assert np.array_equal(one.gain, two.gain)
