"""The reference lists, by hand and against a plain implementation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.arrays import DAY, Codes
from features.eventlog import EventLog
from tests.training.evaluation.small import Line, log_of, names, purchases_of
from training.absent import first_absent
from training.evaluation.baselines import Baselines
from training.evaluation.lists import MODES, Mode

NOW = 100 * DAY
LINES = (
    *(Line("crowd", "pop", 90 + i / 10) for i in range(5)),
    *(Line("crowd", "second", 91 + i / 10) for i in range(3)),
    *(Line("crowd", "old_hit", 10 + i / 10) for i in range(9)),
    Line("ann", "old_love", 1),
    Line("ann", "old_love", 2),
    Line("ann", "old_love", 3),
    Line("ann", "fresh", 99),
    Line("ann", "second", 50),
)


def lists(name: str, mode: Mode, k: int = 6) -> list[str]:
    log = log_of(*LINES)
    baselines = Baselines.of(log.as_of(NOW), len(log.products), NOW)
    products, scores = baselines.ranks()[name](np.array([log.customers.index("ann")], np.int32), mode, k)
    assert (np.diff(scores) < 0).all()
    return names(log, products)[0]


def test_popular_counts_the_lines_of_the_last_21_days() -> None:
    assert lists("popular", "all") == ["pop", "second", "fresh", "old_love", "old_hit"]


def test_frequency_puts_the_most_bought_first_and_fills_with_popular_ones() -> None:
    assert lists("frequency", "all") == ["old_love", "second", "fresh", "pop", "old_hit"]


def test_decay_prefers_what_was_bought_lately() -> None:
    weights = {"fresh": math.exp(-1 / 60), "second": math.exp(-50 / 60), "old_love": 3 * math.exp(-98 / 60)}
    assert weights["fresh"] > weights["old_love"] > weights["second"]
    assert lists("decay", "all") == ["fresh", "old_love", "second", "pop", "old_hit"]


@pytest.mark.parametrize("name", ["popular", "frequency", "decay"])
def test_explore_shows_only_products_new_to_the_customer(name: str) -> None:
    assert lists(name, "explore") == ["pop", "old_hit"]


@pytest.mark.parametrize("name", ["popular", "frequency", "decay"])
def test_repeat_shows_only_products_bought_before(name: str) -> None:
    assert set(lists(name, "repeat")) == {"old_love", "fresh", "second"}


def test_lists_end_at_k() -> None:
    assert lists("decay", "all", k=2) == ["fresh", "old_love"]


def test_a_customer_unknown_at_the_time_gets_popular_products() -> None:
    log = log_of(*LINES)
    baselines = Baselines.of(log.as_of(NOW), len(log.products), NOW)
    products, _ = baselines.decay(np.array([-1], np.int32), "all", 2)
    assert names(log, products) == [["pop", "second"]]


@given(
    st.permutations(range(8)),
    st.lists(st.sets(st.integers(0, 7)), min_size=1, max_size=5),
    st.integers(1, 10),
)
def test_first_absent_walks_down_the_order(order: list[int], taken: list[set[int]], k: int) -> None:
    rows = purchases_of(*map(list, taken))
    found = first_absent(np.array(order, np.int32), rows.offsets, rows.product, k)
    for row, own in zip(found.tolist(), taken, strict=True):
        free = [p for p in order if p not in own][:k]
        assert row == free + [-1] * (k - len(free))


def reference(log: EventLog, customer: int, mode: Mode, k: int) -> list[int]:
    """The decay list by its definition, one product at a time."""
    history = log.as_of(NOW).purchases
    mine = history.row == customer
    recent = dict.fromkeys(range(len(log.products)), 0)
    weight: dict[int, float] = {}
    for product, time, own in zip(history.product.tolist(), history.time.tolist(), mine.tolist(), strict=True):
        recent[product] += time >= NOW - 21 * DAY
        if own:
            weight[product] = weight.get(product, 0.0) + float(np.exp(-((NOW - time) / DAY) / 60))
    own_first = sorted(weight, key=lambda p: (-weight[p], -recent[p], p))
    rest = sorted(set(recent) - set(weight), key=lambda p: (-recent[p], p))
    return {"all": own_first + rest, "explore": rest, "repeat": own_first}[mode][:k]


lines = st.builds(
    Line,
    st.sampled_from("abcd"),
    st.sampled_from("pqrstuv"),
    st.sampled_from([5.0, 40.0, 78.9, 79.0, 95.0, 99.5]),
)


@settings(max_examples=60)
@given(st.lists(lines, min_size=1, max_size=40), st.integers(1, 9))
def test_decay_is_its_definition_in_every_mode(events: list[Line], k: int) -> None:
    log = log_of(*events)
    everyone: Codes = np.arange(len(log.customers), dtype=np.int32)
    baselines = Baselines.of(log.as_of(NOW), len(log.products), NOW)
    for mode in MODES:
        products, _ = baselines.decay(everyone, mode, k)
        listed = [[p for p in row if p >= 0] for row in products.tolist()]
        assert listed == [reference(log, c, mode, k) for c in everyone.tolist()]
