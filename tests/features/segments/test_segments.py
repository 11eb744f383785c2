"""Segments of customers written by hand: who is where, why, and that nobody jumps."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.arrays import NO_TIME
from features.errors import ConfigError, UsageError
from features.history import History
from features.kinds import Kind
from features.profiles import Interests
from features.segments.config import CustomSegment, SegmentsConfig
from features.segments.customers import Customers
from features.segments.facts import Known
from features.segments.population import Population
from features.segments.segments import Segments, reasons, segments_of
from features.touch import touch_of
from tests.features.hand import PRODUCTS, Event, T, catalogue
from tests.features.segments.crowd import CONFIG, assigned, customers, cuts_of, label, orders

FAITHFUL = orders(*(T - 7 * week for week in range(1, 40)), price=20.0)
CROWD = customers(
    FAITHFUL,
    orders(T - 5),
    orders(T - 390, T - 360, T - 330, T - 300, price=100.0),
    orders(T - 100, T - 80, T - 60, T - 40, price=30.0),
    orders(T - 200),
    [Event("a", T - 2, kind=Kind.VIEW)],
    [],
    countries=["France", "Spain", "France", "", "Spain", "", ""],
)
FOUND = assigned(CROWD)


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("activity", ["active", "active", "inactive", "slowing", "inactive", "browsing", "silent"]),
        ("rhythm", ["weekly", "once", "monthly", "fortnightly", "once", None, None]),
        ("regularity", ["regular", None, "regular", "regular", None, None, None]),
        ("basket", ["single_item"] * 5 + [None, None]),
        ("channel", [None] * 7),
        ("standing", ["vip", "new", "lost", "at_risk", "lost", "prospect", "prospect"]),
        ("frequency", ["frequency_5", "frequency_1", "frequency_3", "frequency_3", "frequency_1", None, None]),
        ("country", ["country.France", "country.Spain", "country.France", None, "country.Spain", None, None]),
    ],
)
def test_who_is_where(dimension: str, expected: list[str | None]) -> None:
    assert [label(FOUND, dimension, row) for row in range(len(CROWD))] == expected


def test_recency_is_five_for_the_newest() -> None:
    assert [label(FOUND, "recency", row) for row in (0, 1, 2)] == ["recency_4", "recency_5", "recency_1"]
    assert label(FOUND, "rfm", 0) == "champions"
    assert label(FOUND, "rfm", 2) in {"slipping", "cannot_lose"}


def test_channel_and_device_of_most_that_is_done() -> None:
    who = customers([Event("a", T - day, kind=Kind.VIEW) for day in (5, 4, 3, 2)], orders(T - 9))
    touch = np.array([touch_of("web", "mobile")] * 3 + [touch_of("store", None), 0], np.uint8)
    who = replace(who, history=replace(who.history, touch=touch))
    found = assigned(who)
    assert [label(found, name) for name in ("channel", "device", "platform")] == ["by_web", "on_mobile", "web_only"]
    assert label(found, "channel", 1) is None


def test_fifths_by_what_a_model_foretells() -> None:
    given = {
        "expected_spend": np.array([90.0, 1.0, np.nan]),
        "purchase_probability": np.array([0.62, 0.1, np.nan]),
        "expected_spend_fifth": np.array([5.0, 1.0, np.nan]),
    }
    who = replace(customers(orders(T - 5), orders(T - 50), []), given=given)
    found = assigned(who)
    assert [label(found, "predicted", row) for row in range(3)] == ["predicted_5", "predicted_1", None]
    one = replace(customers(orders(T - 5)), given={name: values[:1] for name, values in given.items()})
    (why,) = (r.why for r in reasons(assigned(one), Known(one), cuts_of(one), CONFIG) if r.dimension == "predicted")
    assert why == "90.00 foretold to be spent, 62 % likely to order: the highest fifth of the customers"


def test_without_a_model_there_are_none_and_expressions_hold_for_nobody() -> None:
    who = customers(orders(T - 5), orders(T - 50))
    rule = CustomSegment("leaving", "churn_risk > 0.1 or churn_risk <= 0.1")
    found = assigned(who, replace(CONFIG, custom=(rule,)))
    assert "predicted" not in [column.name for column in found.columns]
    assert not found.members("custom.leaving").any()


def test_custom_ones_by_what_was_bought_and_looked_at() -> None:
    shop = catalogue(categories=["Home > Mugs", "Home > Pots", "Toys"], brands=["", "", "Acme"])
    looks = [Event("c", T - 5, kind=Kind.VIEW), Event("b", T - 95, kind=Kind.VIEW), Event("", T - 4, kind=Kind.SEARCH)]
    who = replace(customers(orders(T - 200), orders(T - 5, product="c"), looks), catalogue=shop)
    rules = {
        "home": 'bought("Home")',
        "mugs": 'bought("mugs")',
        "acme": 'bought("Acme") or viewed("Acme")',
        "pots": 'viewed("Home > Pots")',
        "undecided": 'viewed("Toys") and not bought("Toys")',
    }
    custom = tuple(CustomSegment(name, where) for name, where in rules.items())
    found = assigned(who, replace(CONFIG, custom=custom))
    assert {name: found.members(f"custom.{name}").astype(int).tolist() for name in rules} == {
        "home": [1, 0, 0],
        "mugs": [1, 0, 0],
        "acme": [0, 1, 1],
        "pots": [0, 0, 0],
        "undecided": [0, 0, 1],
    }
    with pytest.raises(ConfigError, match="none of that name"):
        assigned(who, replace(CONFIG, custom=(CustomSegment("no", 'bought("Yachts")'),)))


def test_custom_ones_by_interests_that_behaviour_shows() -> None:
    shop = catalogue(categories=["Home > Mugs", "Home > Pots", "Toys"], brands=["Acme", "", ""])
    looks = [Event("a", T - day, kind=Kind.VIEW) for day in (3, 2, 1)]
    who = customers(orders(T - 10), orders(T - 400), looks, looks[:1], orders(T - 10))
    declared = Interests.of([{}, {}, {}, {}, {0: NO_TIME}])
    who = replace(who, catalogue=shop, profiles=replace(who.profiles, categories=declared))
    custom = tuple(CustomSegment(name.lower(), f'inferred("{name}")') for name in ("Mugs", "Home", "Acme", "Pots"))
    found = assigned(who, replace(CONFIG, custom=custom))
    assert {rule.name: found.members(f"custom.{rule.name}").astype(int).tolist() for rule in custom} == {
        "mugs": [1, 0, 1, 0, 0],  # the last one declared it
        "home": [1, 0, 1, 0, 0],
        "acme": [1, 0, 1, 0, 1],
        "pots": [0, 0, 0, 0, 0],
    }


def test_bulk_is_told_by_units() -> None:
    found = assigned(customers([Event("a", T - 5, 40.0), Event("b", T - 5, 12.0)]))
    assert label(found, "basket") == "bulk"


def alone(of: Customers, row: int) -> Customers:
    rows = np.array([row], np.int32)
    return Customers(of.history.take(rows), of.profiles.take(rows), of.catalogue, of.time)


def codes(segments: Segments) -> dict[str, list[int]]:
    return {column.name: column.code.tolist() for column in segments.columns}


CUSTOMER = st.lists(
    st.builds(
        Event,
        st.sampled_from(PRODUCTS),
        st.floats(1, T - 1).map(lambda day: round(day, 2)),
        quantity=st.integers(1, 20).map(float),
        price=st.sampled_from([1.0, 9.9, 250.0, float("nan")]),
        order=st.integers(-1, 4),
        kind=st.sampled_from([Kind.PURCHASE, Kind.PURCHASE, Kind.VIEW, Kind.ADD_TO_CART, Kind.SEARCH]),
    ),
    max_size=15,
)


@given(st.lists(CUSTOMER, min_size=2, max_size=6))
def test_the_same_alone_as_among_others(rows: list[list[Event]]) -> None:
    who = customers(*rows, FAITHFUL)
    cuts = cuts_of(who)
    together = codes(segments_of(who, cuts, CONFIG))
    for row in range(len(who)):
        one = codes(segments_of(alone(who, row), cuts, CONFIG))
        assert one == {name: [column[row]] for name, column in together.items()}


@given(st.lists(CUSTOMER, min_size=1, max_size=6))
def test_asked_again_nobody_moves(rows: list[list[Event]]) -> None:
    who = customers(*rows, FAITHFUL)
    first = assigned(who)
    again = segments_of(who, cuts_of(who, cuts_of(who)), CONFIG, held=first.held())
    assert codes(again) == codes(first)


@given(st.lists(CUSTOMER, min_size=1, max_size=4))
def test_what_happens_later_changes_nothing(rows: list[list[Event]]) -> None:
    moment = 300
    early = [[event for event in row if event.day < moment] for row in rows]
    whole = customers(*rows, at=moment)
    whole = replace(whole, history=whole.history.before(moment * 86_400))
    assert codes(assigned(whole)) == codes(assigned(customers(*early, at=moment)))


def test_near_a_border_customers_stay_where_they_were() -> None:
    who = customers(orders(*(T - 10.4 * n for n in range(1, 9))))
    rhythm = [column.name for column in FOUND.columns].index("rhythm")
    assert label(assigned(who), "rhythm") == "fortnightly"
    weekly = {"rhythm": np.array([0], np.int32)}
    assert label(assigned(who, held=weekly), "rhythm") == "weekly"
    far = {"rhythm": np.array([3], np.int32)}
    assert label(assigned(who, held=far), "rhythm") == "fortnightly"
    assert FOUND.columns[rhythm].kind == "behavioural"


def test_borders_stay_until_the_population_moves() -> None:
    before = cuts_of(CROWD)
    dearer = customers(*[[replace(event, price=event.price * 1.1) for event in FAITHFUL]] * 5)
    grown = replace(CROWD, history=scaled(CROWD.history, 1.1))
    assert np.array_equal(cuts_of(grown, before).monetary, before.monetary)
    assert not np.array_equal(cuts_of(grown).monetary, before.monetary)
    assert not np.array_equal(cuts_of(dearer, before).monetary, before.monetary)
    assert cuts_of(grown, before).time == grown.time


def scaled(history: History, factor: float) -> History:
    return replace(history, price=history.price * np.float32(factor))


CUSTOM = SegmentsConfig(
    custom=(
        CustomSegment("frequent", "orders >= 4"),
        CustomSegment("frequent_french", "segment('custom.frequent') and country == 'France'"),
        CustomSegment("good", "segment('value.vip') or spend > 350"),
    )
)


def test_custom_segments_ask_about_facts_attributes_and_each_other() -> None:
    found = assigned(CROWD, CUSTOM)
    assert found.members("custom.frequent").nonzero()[0].tolist() == [0, 2, 3]
    assert found.members("frequent_french").nonzero()[0].tolist() == [0, 2]
    assert found.members("custom.good").nonzero()[0].tolist() == [0, 2]


def test_a_custom_segment_that_names_nothing_says_so() -> None:
    with pytest.raises(ConfigError, match="did you mean 'orders'"):
        assigned(CROWD, SegmentsConfig(custom=(CustomSegment("odd", "ordrs > 2"),)))
    with pytest.raises(ConfigError, match=r"segment\('value.vpi'\): there is none"):
        assigned(CROWD, SegmentsConfig(custom=(CustomSegment("odd", "segment('value.vpi')"),)))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"vip_share": 1.0}, "vip_share = 1.0"),
        ({"margin": -0.1}, "margin"),
        ({"new_days": 0}, "new_days"),
        ({"tastes": 51}, "tastes = 51"),
        ({"custom": (CustomSegment("a", "orders > 1"), CustomSegment("a", "orders > 2"))}, "'a' is there twice"),
    ],
)
def test_settings_that_cannot_be(values: dict[str, float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        SegmentsConfig(**values)  # type: ignore[arg-type]  # wrong on purpose


def test_names_and_rules_of_custom_segments_are_checked() -> None:
    with pytest.raises(ValueError, match="name = 'Big Spenders'"):
        CustomSegment("Big Spenders", "orders > 1")
    with pytest.raises(ValueError, match="where: 'orders >' is no expression"):
        CustomSegment("big", "orders >")


def test_segments_are_found_by_name() -> None:
    assert FOUND.find("value.vip") == FOUND.find("vip") == "value.vip"
    assert FOUND.members("vip").tolist() == [True] + [False] * 6
    assert ("value", "vip") in FOUND.of(0)
    with pytest.raises(UsageError, match="did you mean 'vip'"):
        FOUND.find("vipp")
    with pytest.raises(UsageError, match="`esnaf segments` lists"):
        FOUND.find("qqqqqqqqqqqq")


@pytest.mark.parametrize("row", range(7))
def test_every_place_is_explained(row: int) -> None:
    one = alone(CROWD, row)
    told = reasons(segments_of(one, cuts_of(CROWD), CUSTOM), Known(one), cuts_of(CROWD), CUSTOM)
    assert all(reason.why and "nan" not in reason.why for reason in told)
    assert {(reason.kind, reason.label) for reason in told} == set(segments_of(one, cuts_of(CROWD), CUSTOM).of(0))


def test_reasons_have_figures() -> None:
    one = alone(CROWD, 0)
    cuts = cuts_of(CROWD)
    told = {reason.label: reason.why for reason in reasons(segments_of(one, cuts, CUSTOM), Known(one), cuts, CUSTOM)}
    assert told["weekly"] == "39 orders, one about every 7 days"
    assert told["vip"].startswith("780.00 spent in a year")
    assert told["frequent"] == "orders = 39; the rule is: orders >= 4"
    assert told["frequent_french"].startswith("country = France")


def test_all_at_once_and_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.segments.population.AT_ONCE", 2)
    whole = Population(CROWD.history, CROWD.profiles, CROWD.catalogue, CROWD.time)
    assert codes(whole.segments(cuts_of(CROWD), CUSTOM)) == codes(assigned(CROWD, CUSTOM))
    assert whole.facts(["orders"])["orders"].tolist() == [39, 1, 4, 4, 1, 0, 0]


def test_a_shop_without_customers() -> None:
    nobody = Population(History.empty(0), customers().profiles, customers().catalogue, 1)
    found = nobody.segments(cuts_of(customers()), CONFIG)
    assert len(found) == 0
    assert all(len(column.code) == 0 for column in found.columns)
