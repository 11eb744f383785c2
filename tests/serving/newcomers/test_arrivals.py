"""The table of newcomers is bounded, and keeps those that people touch."""

from serving.newcomers.arrivals import BEST, COMPANIONS, PEOPLE, Arrivals
from tests.features.newcomers.told import event


def test_they_are_found_by_what_they_have_in_common() -> None:
    arrivals = Arrivals(10)
    arrivals.told(event(1, product_id="a", properties='{"category":"Home > Mugs","brand":"Domo"}'), 1)
    arrivals.told(event(2, product_id="b", properties='{"category":"HOME>Mugs"}'), 1)
    assert arrivals.of("category", ("home", "mugs")) == ["a", "b"]
    assert arrivals.of("brand", ("domo",)) == ["a"]
    arrivals.told(event(3, product_id="a", properties='{"category":"Garden"}'), 1)
    assert arrivals.of("category", ("home", "mugs")) == ["b"]
    assert arrivals.of("category", ("garden",)) == ["a"]
    arrivals.together("b", "P1")
    arrivals.together("nobody", "P1")
    assert arrivals.of("companion", "P1") == ["b"]


def test_what_most_people_touch_stays() -> None:
    arrivals = Arrivals(100)
    for who in range(3):
        arrivals.told(event(who, product_id="real", properties={"category": "Home"}), who)
    for number in range(5_000):
        arrivals.told(event(10 + number, product_id=f"fake-{number}", properties={"category": f"C{number}"}), 9)
    assert len(arrivals) <= 125
    assert arrivals.get("real") is not None
    assert arrivals.get("fake-4999") is not None
    assert arrivals.get("fake-0") is None
    assert arrivals.of("category", ("c0",)) == []
    assert arrivals.of("category", ("c4999",)) == ["fake-4999"]


def test_one_product_takes_bounded_room() -> None:
    arrivals = Arrivals(10)
    for who in range(1_000):
        arrivals.told(event(who, product_id="a"), who)
        arrivals.together("a", f"P{who}")
    arrivals.told(event(1_000, product_id="a"), None)
    found = arrivals.get("a")
    assert found is not None
    assert (len(found.people), len(found.companions)) == (PEOPLE, COMPANIONS)
    assert sum(bool(arrivals.of("companion", f"P{who}")) for who in range(1_000)) == COMPANIONS


def test_of_many_the_best_are_found() -> None:
    arrivals = Arrivals(1_000)
    for number in range(200):
        for who in range(1 + (number == 3)):
            arrivals.told(event(number, product_id=f"P{number}", properties={"brand": "Domo"}), who)
    found = arrivals.of("brand", ("domo",))
    assert len(found) == BEST
    assert found[:2] == ["P3", "P199"]
