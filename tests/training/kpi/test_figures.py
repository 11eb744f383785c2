"""Key figures agree with counting by hand."""

import numpy as np
import pytest

from features.arrays import DAY
from features.errors import ConfigError
from features.eventlog import EventLog, EventRows
from features.kinds import Kind
from training.kpi.answers import KINDS, Answers
from training.kpi.config import CustomKpi, KpiConfig
from training.kpi.figures import Sales
from training.kpi.periods import Periods

LINES = [  # customer, day, price; periods are days 10 to 19 and 20 to 29
    ("a", 5, 1.0),
    ("a", 12, 10.0),
    ("a", 14, 20.0),
    ("a", 21, 30.0),
    ("b", 13, 40.0),
    ("c", 25, 50.0),
]
PERIODS = Periods(np.array([10, 20, 30]) * DAY)
SAID = Answers(
    np.array([0, 0, 1, 2, 2], np.int32),
    np.array([11, 22, 23, 24, 5]) * DAY,
    np.array([KINDS.index(k) for k in ("csat", "nps", "nps", "nps", "nps")], np.int32),
    np.array([4.0, 10.0, 7.0, 2.0, 0.0]),
)


def sales() -> Sales:
    who, day, price = zip(*LINES, strict=True)
    size = len(LINES)
    log = EventLog.build(
        EventRows(
            ["a", "b", "c"],
            ["p"],
            np.array(["abc".index(w) for w in who], np.int32),
            np.zeros(size, np.int32),
            np.array(day, np.int64) * DAY,
            np.full(size, Kind.PURCHASE, np.uint8),
            np.ones(size, np.float32),
            np.array(price, np.float32),
            np.full(size, -1, np.int32),
        )
    )
    return Sales.of(log, PERIODS, SAID)


EVERYBODY = np.ones(3, np.bool_)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("buyers", [2, 2]),
        ("new_buyers", [1, 1]),
        ("orders", [3, 2]),
        ("revenue", [70, 80]),
        ("revenue_per_customer", [35, 40]),
        ("average_order", [70 / 3, 40]),
        ("repeat_rate", [0.5, 0.5]),
        ("retention", [np.nan, 0.5]),
        ("csat", [1, np.nan]),
        ("ces", [np.nan, np.nan]),
        ("nps", [np.nan, 0]),
    ],
)
def test_of_everybody(name: str, values: list[float]) -> None:
    np.testing.assert_allclose(sales().figures(EVERYBODY)[name], values)


def test_of_a_segment() -> None:
    found = sales().figures(np.array([False, True, True]))
    np.testing.assert_allclose(found["revenue"], [40, 50])
    np.testing.assert_allclose(found["retention"], [np.nan, 0])
    np.testing.assert_allclose(found["nps"], [np.nan, -50])


def test_of_nobody_there_is_nothing_to_tell() -> None:
    found = sales().figures(np.zeros(3, np.bool_))
    assert found["revenue"].tolist() == [0, 0]
    assert np.isnan(found["average_order"]).all()


def test_figures_of_the_shops_own() -> None:
    custom = (CustomKpi("basket", "revenue / orders"), CustomKpi("double", "2 * basket - min(new_buyers, 5)"))
    found = sales().figures(EVERYBODY, custom)
    np.testing.assert_allclose(found["basket"], [70 / 3, 40])
    np.testing.assert_allclose(found["double"], [140 / 3 - 1, 79])


@pytest.mark.parametrize(
    ("custom", "said"),
    [
        (CustomKpi("x", "revenu / 2"), "did you mean 'revenue'"),
        (CustomKpi("orders", "revenue"), "name of another figure"),
        (CustomKpi("x", "revenue > 3"), "no figure"),
        (CustomKpi("x", 'likes("mugs") + 1'), "none of that name"),
    ],
)
def test_what_there_is_not_is_named(custom: CustomKpi, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        sales().figures(EVERYBODY, (custom,))


@pytest.mark.parametrize("value", ["__import__('os')", "revenue.__class__", "[x for x in y]", "lambda: 1"])
def test_what_is_no_expression_is_never_run(value: str) -> None:
    with pytest.raises(ValueError, match="value: "):
        CustomKpi("x", value)


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="periods"):
        KpiConfig(periods=0)
    with pytest.raises(ValueError, match="twice"):
        KpiConfig(custom=(CustomKpi("x", "1"), CustomKpi("x", "2")))
