"""What fades, for whom and how far."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from features.arrays import DAY
from serving.fading.config import FadingConfig
from serving.fading.memory import Memory
from serving.fading.record import MOST

CONFIG = FadingConfig(shown=3, factor=0.5, steps=2, days=10, visit_s=100, customers=5)
STEP = math.log(2)
START = 1_700_000_000


def shown(memory: Memory, *times: int, who: str = "ann", products: Sequence[str] = ("a", "b")) -> None:
    for time in times:
        key = hash(tuple(products))
        if not memory.knows(who, key, START + time):
            memory.shown(who, key, memory.codes(products), START + time)


def faded(memory: Memory, now: int, *, noticed: int = -1, who: str = "ann") -> dict[str, float]:
    return dict(memory.faded(who, START + now, lambda _: START + noticed if noticed >= 0 else -1))


def test_the_first_place_fades_after_so_many_visits() -> None:
    memory = Memory(CONFIG)
    shown(memory, 0, 200)
    assert memory.marks == {}
    assert faded(memory, 200) == {}
    shown(memory, 400)
    assert "ann" in memory.marks
    assert faded(memory, 400) == {"a": pytest.approx(STEP)}
    shown(memory, 600, 800)
    assert faded(memory, 800) == {"a": pytest.approx(STEP), "b": pytest.approx(STEP)}  # 5 x 0.63
    shown(memory, *range(1_000, 5_000, 200))
    assert faded(memory, 5_000) == {"a": pytest.approx(2 * STEP), "b": pytest.approx(2 * STEP)}
    assert faded(memory, 5_000, who="bob") == {}


def test_a_page_that_is_loaded_anew_does_not_count() -> None:
    memory = Memory(CONFIG)
    shown(memory, *range(190))
    assert memory.marks == {}  # two visits
    shown(memory, 300)
    assert "ann" in memory.marks


def test_another_list_in_the_same_visit_counts_what_is_new_in_it() -> None:
    memory = Memory(CONFIG)
    for time in (0, 200, 400):
        shown(memory, time, products=("x", "a"))
        shown(memory, time + 10, products=("a", "c"))
    assert faded(memory, 500) == {"x": pytest.approx(STEP), "a": pytest.approx(STEP)}  # at the better of two places


def test_who_takes_notice_begins_anew() -> None:
    memory = Memory(CONFIG)
    shown(memory, 0, 200, 400, 600)
    assert faded(memory, 600, noticed=100) == {"a": pytest.approx(STEP)}
    assert faded(memory, 600, noticed=300) == {}
    assert "ann" in memory.marks  # the list is made anew, and is as before


def test_what_was_shown_long_ago_is_forgotten() -> None:
    memory = Memory(CONFIG)
    shown(memory, 0, 200, 400)
    assert faded(memory, 10 * DAY + 100) == {}
    before = memory.marks["ann"]
    shown(memory, 10 * DAY + 300)
    assert memory.marks == {}
    shown(memory, 10 * DAY + 600, 10 * DAY + 900)
    assert memory.marks["ann"] == before


def test_marks_change_only_when_something_fades_further() -> None:
    memory = Memory(CONFIG)
    marks = []
    for time in range(0, 4_000, 200):
        shown(memory, time)
        marks.append(memory.marks.get("ann", 0))
    assert len(set(marks)) == 5  # nothing, then two products with two steps each


def test_with_no_pause_every_time_counts() -> None:
    memory = Memory(replace(CONFIG, visit_s=0))
    shown(memory, 0, 0, 0)
    assert faded(memory, 0) == {"a": pytest.approx(STEP)}


def test_memory_is_bounded() -> None:
    memory = Memory(CONFIG)
    for number in range(50):
        shown(memory, 0, 200, 400, who=f"c{number}")
    assert len(memory) == 5
    assert set(memory.marks) == {f"c{number}" for number in range(45, 50)}
    for time in range(0, 20_000, 200):
        shown(memory, time, products=[f"p{time}-{place}" for place in range(12)])
    assert len(memory._records["ann"].array()) == MOST  # what it takes up
    memory.clear()
    assert (len(memory), memory.marks) == (0, {})
    assert not memory.full
