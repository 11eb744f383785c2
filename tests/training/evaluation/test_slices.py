"""Groups of customers."""

import numpy as np
import pytest

from features.arrays import DAY, Codes
from features.profiles import Attribute, Interests, Profiles
from tests.training.evaluation.small import Line, log_of
from training.evaluation import slices
from training.evaluation.slices import activity_bands, by_attribute, plain, slices_of
from training.evaluation.truth import Truth


def truth_of(orders: list[int]) -> Truth:
    """Customers with so many orders before the cut and one after it."""
    lines = [Line(f"c{i}", "x", 1 + n / 100) for i, count in enumerate(orders) for n in range(count)]
    return Truth.of(log_of(*lines, *(Line(f"c{i}", "x", 11) for i in range(len(orders)))), 10 * DAY, 20 * DAY)


def profiles(**codes: Codes) -> Profiles:
    size = len(next(iter(codes.values())))
    none = Interests(np.zeros(size + 1, np.int64), np.zeros(0, np.int32))
    attributes = {name: Attribute(code, ["United Kingdom", "Côte d'Ivoire"]) for name, code in codes.items()}
    return Profiles(attributes, none, none, none, np.ones(size, np.uint8))


def test_bands_share_out_all_customers() -> None:
    truth = truth_of([1, 2, 3, 4, 9, 10, 25])
    bands = activity_bands(truth)
    assert {name: rows.sum() for name, rows in bands.items()} == {
        "orders_1": 1,
        "orders_2_3": 2,
        "orders_4_9": 2,
        "orders_10_up": 2,
    }
    assert np.sum(list(bands.values()), axis=0).tolist() == [1] * 7


def test_attributes_are_read_at_the_scored_customers() -> None:
    truth = truth_of([1, 1, 1])
    found = by_attribute("country", Attribute(np.array([1, -1, 0], np.int32), ["FR", "DE"]), truth)
    assert {name: rows.tolist() for name, rows in found.items()} == {
        "country.FR": [False, False, True],
        "country.DE": [True, False, False],
    }


@pytest.mark.parametrize(("name", "expected"), [("country.Côte d'Ivoire", "country.C_te_d_Ivoire"), ("a@b/c", "a_b_c")])
def test_names_fit_into_metric_names(name: str, expected: str) -> None:
    assert plain(name) == expected


def test_small_slices_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "FEWEST", 2)
    truth = truth_of([1, 1, 5])
    found = slices_of(truth, profiles(country=np.array([0, 0, 1], np.int32), shoe_size=np.zeros(3, np.int32)))
    assert set(found) == {"orders_1", "country.United_Kingdom"}


def test_own_segments_stand_beside_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "FEWEST", 1)
    vip = np.array([True, False])
    assert slices_of(truth_of([1, 1]), profiles(x=np.zeros(2, np.int32)), segments={"vip": vip})["vip"] is vip
