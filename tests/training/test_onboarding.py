"""Declared interests in the order of the first lists."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.context import Context
from features.interests.fading import EVENTS
from features.pairs import Pairs
from features.profiles import Interests, Profiles
from tests.features.hand import Event, catalogue, history
from training.onboarding import EVERY, heard, with_onboarding, with_places
from training.request import Request

SHOP = catalogue(categories=["Mugs", "Pots", "Pots", "Pots", "Pots", "Pots"])
MUGS, POTS = 0, 1
RELUCTANT = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
T = 400 * 86_400


def request(*events: Event, declared: int | None = MUGS) -> Request:
    interests = Interests.of([{} if declared is None else {declared: T}])
    profiles = replace(Profiles.unknown(1), categories=interests)
    return Request(np.array([-1], np.int32), history(list(events)), profiles, Context.at(T, 1))


def order(scores: np.ndarray) -> list[int]:
    return list(np.argsort(-scores, kind="stable").tolist())


def ask(of: Request, ratios: list[float] | None = None) -> np.ndarray:
    """Scores of the six products, of which the ranker likes the mug least."""
    products = np.arange(6, dtype=np.int32)
    score = np.array([np.nan] * 6 if ratios is None else ratios, np.float32)[:, None]
    pairs = Pairs(np.zeros(6, np.int32), products, ("onboarding",), score, np.full((6, 1), np.nan, np.float32))
    return with_places(with_onboarding(np.array(RELUCTANT), of, pairs), of, pairs, SHOP)


def test_one_place_in_five_is_for_what_was_declared() -> None:
    assert order(ask(request())) == [5, 4, 3, 2, 0, 1]
    assert order(ask(request(declared=POTS))) == [5, 4, 3, 2, 1, 0]
    assert heard(np.arange(6.0), np.arange(6) == 0).tolist() == [1 + 2**-52, 1, 2, 3, 4, 5]


def test_what_suits_stands_in_for_the_ranker_where_nothing_else_is_known() -> None:
    assert ask(request(declared=POTS), [10, np.nan, 7, 8, 9, 6]).tolist() == [10, 2, 7, 8, 9, 6]


def test_with_every_event_the_ranker_has_more_to_say() -> None:
    said = 2 ** (-2 / EVENTS)
    found = ask(request(*[Event("a", 399)] * 2, declared=POTS), [10, np.nan, np.nan, np.nan, np.nan, np.nan])
    assert found[0] == pytest.approx(10 * said + 1 * (1 - said))


@pytest.mark.parametrize("of", [request(declared=None), request(*[Event("a", 399)] * 40)])
def test_otherwise_the_ranker_decides(of: Request) -> None:
    """Nothing was declared, or behaviour says enough."""
    assert ask(of).tolist() == [1, 2, 3, 4, 5, 6]


def test_after_some_events_there_are_no_places_any_more() -> None:
    assert order(ask(request(*[Event("a", 399)] * 4))) == [5, 4, 3, 2, 0, 1]
    assert order(ask(request(*[Event("a", 399)] * 6))) == [5, 4, 3, 2, 1, 0]


@given(st.lists(st.tuples(st.floats(-5, 5), st.booleans()), max_size=40))
def test_places(pairs: list[tuple[float, bool]]) -> None:
    """The i-th declared product stands at place 5 x i or above; nothing else changes its order, or falls further than
    others were raised."""
    scores = np.array([score for score, _ in pairs], np.float64)
    declared = np.array([liked for _, liked in pairs], np.bool_)
    found = heard(scores, declared)
    after = order(found)
    places = [place for place, at in enumerate(after, 1) if declared[at]]
    assert all(place <= EVERY * number or EVERY * number > len(pairs) for number, place in enumerate(places[:15], 1))
    assert [at for at in after if not declared[at]] == [at for at in order(scores) if not declared[at]]
    assert (found >= scores).all()
    assert (found[~declared] == scores[~declared]).all()
