"""An axis takes lists and ranges, always with the current value, and nothing else."""

from typing import Any

import pytest

from features.errors import ConfigError
from training.tuning.axis import Axis, Span, Value


def axis(given: Any, current: Any) -> Axis:
    return Axis.of("ranker.trees", given, current, light=True)


@pytest.mark.parametrize(
    ("given", "current", "values"),
    [
        ([50, 100], 100, (50, 100)),
        ([50, 50, 200], 100, (100, 50, 200)),
        ([1, 2.5], 0.5, (0.5, 1.0, 2.5)),
        (["binary"], "lambdarank", ("lambdarank", "binary")),
        ((False,), True, (True, False)),
        ({"low": 50, "high": 200}, 100, Span(50, 200)),
        ({"low": 150, "high": 200, "log": True}, 100, Span(100, 200, log=True)),
        ({"low": 0.1, "high": 0.2}, 0.5, Span(0.1, 0.5)),
    ],
)
def test_values_hold_the_current_one(given: Any, current: Value, values: object) -> None:
    assert axis(given, current).values == values


@pytest.mark.parametrize(
    ("given", "current", "message"),
    [
        (5, 100, "neither a list of values nor a range"),
        ([], 100, "neither a list of values nor a range"),
        ("fast", "slow", "neither a list of values nor a range"),
        ([[1], [2]], 100, r"\[1\] is no single value"),
        ({"low": 5}, 100, r"a range is \{ low = 1, high = 2 \}"),
        ({"low": 5, "high": 9, "step": 2}, 100, r"a range is \{ low = 1, high = 2 \}"),
        ({"low": 9, "high": 5}, 100, "low = 9 is not below high = 5"),
        ({"low": "a", "high": 5}, 100, "low and high are numbers"),
        ({"low": True, "high": 5}, 100, "low and high are numbers"),
        ({"low": 1.5, "high": 5}, 100, "whole numbers are needed"),
        ({"low": 0, "high": 5, "log": True}, 3.0, "log = true needs values above 0"),
        ({"low": 1, "high": 5, "log": True}, 0.0, "log = true needs values above 0"),
        ({"low": 1, "high": 5}, "binary", 'a range is for numbers, and this is "binary"'),
        ({"low": 0, "high": 1}, True, "a range is for numbers, and this is true"),
    ],
)
def test_what_is_no_axis_is_said(given: Any, current: Value, message: str) -> None:
    with pytest.raises(ConfigError, match=rf"^\[tune.space\] ranker.trees: .*{message}"):
        axis(given, current)


def test_whole_numbers_stay_whole_for_optuna() -> None:
    assert type(axis({"low": 5, "high": 9}, 7).distribution).__name__ == "IntDistribution"
    assert type(axis({"low": 5, "high": 9}, 7.0).distribution).__name__ == "FloatDistribution"
    assert axis({"low": 5.0, "high": 9.0}, 7).ends == (5, 9)
    assert axis([5, 9], 7).text == "7, 5, 9"
    assert axis({"low": 5, "high": 9, "log": True}, 7).text == "5 to 9 by ratio"
