"""One answer drawn out of a list."""

import json
import struct
from collections import Counter
from collections.abc import Collection
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.exploration.choice import Choice, Drawn
from serving.exploration.methods import Epsilon, Method, Softmax


def items(size: int) -> list[dict[str, Any]]:
    sources = ["als", "popular_fill"]
    return [
        {"product_id": f'p"{i}é', "rank": i + 1, "score": 1.0 - i / 7, "source": sources[i >= 4], "reason": None}
        for i in range(size)
    ]


def choice(
    size: int = 8,
    *,
    shown: int = 5,
    top: int = 6,
    pinned: Collection[int] = (),
    method: Method | None = None,
    filled: Collection[str] = ("popular_fill",),
) -> Choice:
    said = {source: source for source in filled}
    return Choice.of(items(size), said, method or Softmax(1.0), shown=shown, top=top, pinned=pinned)


def places_of(drawn: Drawn) -> list[int]:
    return list(struct.unpack(f"<{len(drawn.places) // 2}H", drawn.places))


def chances_of(packed: bytes) -> list[float]:
    return list(struct.unpack(f"<{len(packed) // 8}d", packed))


@given(
    size=st.integers(1, 12),
    shown=st.integers(1, 10),
    top=st.integers(2, 15),
    pinned=st.sets(st.integers(0, 11)),
    seed=st.integers(0, 99),
    method=st.sampled_from([Softmax(0.7), Epsilon(0.5)]),
)
def test_what_is_drawn_is_a_list(size: int, shown: int, top: int, pinned: set[int], seed: int, method: Method) -> None:
    made = choice(size, shown=shown, top=top, pinned=pinned, method=method)
    random = Random(seed).random
    for _ in range(5):
        drawn = made.draw(random)
        if drawn is None:
            continue
        places = places_of(drawn)
        told = json.loads(b"{%b}" % drawn.text)
        assert [item["product_id"] for item in told["items"]] == [f'p"{place}é' for place in places]
        assert [item["rank"] for item in told["items"]] == [*range(1, len(places) + 1)]
        assert [item["score"] for item in told["items"]] == [1.0 - place / 7 for place in places]
        assert len(set(places)) == len(places) == min(shown, size)
        free = [place for place in range(size) if place not in pinned]
        for at, (place, chance) in enumerate(zip(places, chances_of(drawn.propensities), strict=True)):
            assert 0 < chance <= 1
            if at in pinned:
                assert (place, chance) == (at, 1.0)
            elif place not in free[:top]:
                assert chance == 1.0
        rest = [place for place in places if place in free[top:]]
        assert rest == sorted(rest)
        filled = Counter("popular_fill" for place in places if place >= 4)
        assert told["fallback"] == ([{"source": "popular_fill", "count": sum(filled.values())}] if filled else None)
        assert drawn.fallback == tuple(filled.items())


def test_the_lists_own_order_is_no_draw() -> None:
    made = choice(method=Epsilon(1e-9))
    assert made.draw(Random(0).random) is None
    assert chances_of(made.chances())[0] == pytest.approx(1.0)


def test_pinned_products_keep_their_place() -> None:
    made = choice(pinned=[0, 3, 7])
    seen: list[Counter[int]] = [Counter() for _ in range(5)]
    random = Random(0).random
    for _ in range(300):
        drawn = made.draw(random)
        if drawn is not None:
            for at, place in enumerate(places_of(drawn)):
                seen[at][place] += 1
    assert set(seen[0]) == {0}
    assert set(seen[3]) == {3}
    assert all(len(seen[at]) == 5 for at in (1, 2, 4))  # 1, 2, 4, 5, 6
    assert not any(counted[7] for counted in seen)  # pinned behind what is shown


def test_with_every_place_pinned_nothing_is_drawn() -> None:
    made = choice(5, pinned=range(5))
    assert made.draw(Random(0).random) is None
    assert chances_of(made.chances()) == [1.0] * 5


def test_a_list_with_one_product() -> None:
    made = choice(1)
    assert made.draw(Random(0).random) is None
    assert chances_of(made.chances()) == [1.0]


def test_an_empty_list() -> None:
    made = choice(0)
    assert made.draw(Random(0).random) is None
    assert made.rendered([]) == (b'"items":[],"fallback":null', ())
