"""Where newcomers stand."""

import pytest

from features.newcomers.facts import Facts
from serving.newcomers.arrivals import Arrival
from serving.newcomers.config import NewcomersConfig
from serving.newcomers.fitting import Fit
from serving.newcomers.placing import most_of, placed, places
from training.query import Answer, Fill, Item

CONFIG = NewcomersConfig()


def fit(name: str, place: int | None = None) -> Fit:
    return Fit(Arrival(Facts(name)), "you looked at it", place)


def answer(n: int) -> Answer:
    items = [Item(f"P{rank}", rank, 10.0 - rank, "popular" if rank > 3 else "als") for rank in range(1, n + 1)]
    return Answer(items, [Fill("popular", n - 3)] if n > 3 else None)


@pytest.mark.parametrize(
    ("fits", "n", "taken", "found"),
    [
        ([fit("a"), fit("b")], 20, (), {2: "a", 7: "b"}),
        ([fit("a"), fit("b")], 20, (2, 3), {4: "a", 9: "b"}),
        ([fit("mine", 0), fit("a")], 10, (), {0: "mine", 2: "a"}),
        ([fit("mine", 2), fit("a")], 10, (), {2: "mine", 3: "a"}),
        ([fit("one", 0), fit("two", 1), fit("three", 2)], 10, (), {0: "one", 1: "two"}),
        ([fit("late", 30)], 10, (), {}),
        ([fit("a")], 2, (), {}),
        ([fit("mine", 0)], 1, (), {0: "mine"}),
    ],
)
def test_places(fits: list[Fit], n: int, taken: tuple[int, ...], found: dict[int, str]) -> None:
    assert {place: one.product_id for place, one in places(fits, CONFIG, n, taken=taken).items()} == found


def test_few_of_them_are_in_a_list() -> None:
    assert [most_of(CONFIG, n) for n in (1, 5, 10, 100)] == [1, 1, 2, 20]
    many = [fit(f"N{number}") for number in range(200)]
    at = places(many, CONFIG, 100, taken=())
    assert len(at) == 20
    assert [*at][:3] == [2, 7, 12]


def test_the_others_move_down_and_the_last_goes() -> None:
    made = placed(answer(5), {0: fit("a"), 2: fit("b")}, 5, pinned=())
    assert [item.product_id for item in made.items] == ["a", "P1", "b", "P2", "P3"]
    assert [item.rank for item in made.items] == [1, 2, 3, 4, 5]
    assert [item.score for item in made.items] == [9.0, 9.0, 8.0, 8.0, 7.0]
    assert [item.source for item in made.items] == ["new", "als", "new", "als", "als"]
    assert made.items[0].reason == "It is new here, and you looked at it."
    assert made.fallback is None


def test_what_is_pinned_keeps_its_place() -> None:
    made = placed(answer(5), {1: fit("a"), 3: fit("b")}, 5, pinned={0, 2, 4})
    assert [item.product_id for item in made.items] == ["P1", "a", "P3", "b", "P5"]
    assert made.fallback == [Fill("popular", 1)]


def test_a_short_list_grows() -> None:
    made = placed(answer(2), {0: fit("a"), 4: fit("b")}, 5, pinned=())
    assert [item.product_id for item in made.items] == ["a", "P1", "P2", "b"]
    assert [item.product_id for item in placed(Answer([]), {2: fit("a")}, 5, pinned=()).items] == ["a"]
