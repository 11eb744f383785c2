"""Facts of customers, worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from features.kinds import Kind
from features.segments.facts import FACTS, Known
from tests.features.hand import Event, T
from tests.features.segments.crowd import customers, orders

NAN = float("nan")
WHO = customers(
    [],
    [
        Event("a", T - 40, 2, price=5.0, order=1),
        Event("b", T - 40, 1, price=10.0, order=1),
        Event("a", T - 30, 1, price=5.0, order=2),
        Event("c", T - 10, 4, price=2.5, order=3),
        Event("d", T - 1, kind=Kind.VIEW),
        Event("d", T - 0.99, kind=Kind.ADD_TO_CART),
    ],
    orders(T - 400, T - 50),
    [Event("a", T - 3, kind=Kind.VIEW), Event("a", T - 2, kind=Kind.CLICK), Event("", T - 2, kind=Kind.SEARCH)],
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders", [0, 3, 2, 0]),
        ("orders_90", [0, 3, 1, 0]),
        ("orders_365", [0, 3, 1, 0]),
        ("recency", [NAN, 10, 50, NAN]),
        ("tenure", [NAN, 40, 400, NAN]),
        ("last_seen", [NAN, 0.99, 50, 2]),
        ("gap", [NAN, 15, 350, NAN]),
        ("gap_variation", [NAN, 5 / 15, NAN, NAN]),
        ("spend", [0, 35, 20, 0]),
        ("spend_90", [0, 35, 10, 0]),
        ("average_order", [NAN, 35 / 3, 10, NAN]),
        ("unit_price", [NAN, 22.5 / 4, 10, NAN]),
        ("basket", [NAN, 4 / 3, 1, NAN]),
        ("units", [NAN, 2, 1, NAN]),
        ("products", [0, 3, 1, 0]),
        ("repeat_share", [NAN, 1 / 4, 1 / 2, NAN]),
        ("visits_28", [0, 2, 0, 2]),
        ("views_28", [0, 1, 0, 2]),
        ("carts_28", [0, 1, 0, 0]),
        ("searches_28", [0, 0, 0, 1]),
        ("interests", [0, 0, 0, 0]),
        ("web_share", [NAN, NAN, NAN, NAN]),
        ("churn_risk", [NAN, NAN, NAN, NAN]),
        ("may_message", [1, 1, 1, 1]),
    ],
)
def test_by_hand(name: str, expected: list[float]) -> None:
    np.testing.assert_allclose(Known(WHO)[name], np.array(expected, float), atol=1e-4)


@pytest.mark.parametrize("name", FACTS)
def test_alone_as_among_others(name: str) -> None:
    together = Known(WHO)[name]
    for row in range(len(WHO)):
        one = customers()
        rows = np.array([row], np.int32)
        one = type(WHO)(WHO.history.take(rows), WHO.profiles.take(rows), WHO.catalogue, WHO.time)
        assert Known(one)[name].tobytes() == together[row : row + 1].tobytes()


def test_every_fact_says_what_it_is() -> None:
    assert [fact.name for fact in FACTS.values() if not fact.about.endswith(".") or not fact.unit] == []


def test_consent_by_purpose() -> None:
    profiles = replace(WHO.profiles, consent=np.array([0, 1, 4, 6], np.uint8))
    known = Known(replace(WHO, profiles=profiles))
    found = [known[name].tolist() for name in ("may_personalise", "may_analyse", "may_message")]
    assert found == [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 1]]


def test_a_fact_that_a_model_gives_comes_first() -> None:
    given = type(WHO)(WHO.history, WHO.profiles, WHO.catalogue, WHO.time, {"predicted_spend": np.arange(4.0)})
    assert Known(given)["predicted_spend"].tolist() == [0, 1, 2, 3]
    assert "predicted_spend" in Known(given)
    with pytest.raises(KeyError):
        Known(WHO)["predicted_spend"]
