"""What caps and cool-downs keep out, from events written by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from features.arrays import DAY, Codes, offsets_of
from features.context import Context
from features.history import History
from features.kinds import Kind
from features.profiles import Profiles
from serving.policy.bars import CAPPED, COOLING, FREE, Bar, Barred, CapBar, CooldownBar, flags
from training.request import Request

NOW = 100 * DAY
PRODUCTS = 6
ALL = np.ones(PRODUCTS, np.bool_)
ITSELF = np.arange(PRODUCTS, dtype=np.int32)
SHOWN, CLICK, BOUGHT = Kind.IMPRESSION, Kind.CLICK, Kind.PURCHASE

Event = tuple[int, int, Kind, float]  # row, product, kind, days ago


def request_of(rows: int, events: Sequence[Event]) -> Request:
    ordered = sorted(events, key=lambda event: (event[0], -event[3]))
    row, product, kind, ago = zip(*ordered, strict=True)
    size = len(ordered)
    history = History(
        offsets_of(np.array(row), rows),
        np.array(product, np.int32),
        np.array([round(NOW - days * DAY) for days in ago], np.int64),
        np.array(kind, np.uint8),
        np.ones(size, np.float32),
        np.ones(size, np.float32),
        np.full(size, -1, np.int32),
    )
    return Request(np.arange(rows, dtype=np.int32), history, Profiles.unknown(rows), Context.at(NOW, rows))


def barred(bars: Sequence[Bar], request: Request, row: int = 0) -> dict[int, int]:
    """Product to level, of what is not free."""
    levels = Barred.of(bars, request).levels(row, ITSELF)
    return {product: level for product, level in enumerate(levels.tolist()) if level != FREE}


def cap(shown: int, days: float, about: Codes | None = None) -> CapBar:
    return CapBar("seen", CAPPED, ITSELF, ALL if about is None else np.isin(ITSELF, about), days, shown)


def cooldown(*after: Kind, days: float = 10, group: Codes = ITSELF) -> CooldownBar:
    return CooldownBar("rests", COOLING, group, ALL, days, flags(*after))


def test_shown_often_enough() -> None:
    request = request_of(2, [*[(0, 1, SHOWN, ago) for ago in (1, 2, 3)], (0, 2, SHOWN, 1), (1, 1, SHOWN, 1)])
    assert barred([cap(3, 7)], request) == {1: CAPPED}
    assert barred([cap(3, 7)], request, row=1) == {}
    assert barred([cap(1, 7)], request) == {1: CAPPED, 2: CAPPED}


def test_what_was_shown_long_ago_does_not_count() -> None:
    request = request_of(1, [(0, 1, SHOWN, 7.0), (0, 1, SHOWN, 6.9), (0, 1, SHOWN, 0.0)])
    assert barred([cap(2, 7)], request) == {1: CAPPED}
    assert barred([cap(3, 7)], request) == {}


@pytest.mark.parametrize("kind", [Kind.VIEW, CLICK, Kind.WISHLIST, Kind.ADD_TO_CART, BOUGHT])
def test_who_takes_notice_is_shown_it_anew(kind: Kind) -> None:
    events = [(0, 1, SHOWN, ago) for ago in (5, 4, 2)]
    assert barred([cap(2, 7)], request_of(1, [*events, (0, 1, kind, 3.0)])) == {}
    assert barred([cap(2, 7)], request_of(1, [*events, (0, 2, kind, 3.0)])) == {1: CAPPED}
    assert barred([cap(2, 7)], request_of(1, [*events, (0, 1, kind, 3.0), (0, 1, SHOWN, 1.0)])) == {1: CAPPED}


def test_a_cap_may_be_about_some_products() -> None:
    request = request_of(1, [(0, 1, SHOWN, 1), (0, 2, SHOWN, 1)])
    assert barred([cap(1, 7, np.array([2], np.int32))], request) == {2: CAPPED}


def test_what_was_bought_rests() -> None:
    request = request_of(2, [(0, 1, BOUGHT, 9.9), (0, 2, BOUGHT, 10.0), (0, 3, CLICK, 1), (1, 4, BOUGHT, 1)])
    assert barred([cooldown(BOUGHT)], request) == {1: COOLING}
    assert barred([cooldown(BOUGHT, CLICK)], request) == {1: COOLING, 3: COOLING}


def test_a_group_rests_together_and_none_without_one() -> None:
    group = np.array([0, 0, 1, 1, -1, -1], np.int32)
    request = request_of(1, [(0, 0, BOUGHT, 1), (0, 4, BOUGHT, 1)])
    assert barred([cooldown(BOUGHT, group=group)], request) == {0: COOLING, 1: COOLING}


def test_the_stronger_of_two_bars_counts_and_each_has_its_name() -> None:
    request = request_of(1, [(0, 1, SHOWN, 1), (0, 1, BOUGHT, 2), (0, 2, SHOWN, 1)])
    bars = [cooldown(BOUGHT), cap(1, 7)]
    assert barred(bars, request) == {1: COOLING, 2: CAPPED}
    found = Barred.of(bars, request)
    assert found.names(0, 1, COOLING) == ["rests"]
    assert found.names(0, 1, CAPPED) == ["seen"]
    assert found.names(0, 2, COOLING) == []


def test_events_without_a_product_bar_nothing() -> None:
    request = request_of(1, [(0, -1, Kind.SEARCH, 1), (0, 1, SHOWN, 1)])
    assert barred([cap(2, 7), cooldown(Kind.SEARCH)], request) == {}
