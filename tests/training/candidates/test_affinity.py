"""Affinity: purchases, views, what is in hand, and what was declared."""

import numpy as np
import pytest

from features.arrays import DAY
from features.context import Context
from features.kinds import Kind
from features.profiles import Interests, Profiles
from tests.training.evaluation.small import Line, log_of
from training.candidates import affinity as module
from training.candidates.affinity import affinity
from training.candidates.sparse import Csr
from training.request import Request

LINES = [
    Line("me", "tea", 90),
    Line("me", "coffee", 100 - 30),
    Line("me", "cup", 100, kind=Kind.VIEW),
    Line("you", "cup", 40),
    Line("you", "spoon", 40),
]
CODE = {"tea": 0, "coffee": 0, "cup": 1, "spoon": -1}


def asked(basket: tuple[str, ...] = (), viewed: str | None = None, declared: int | None = None) -> np.ndarray:
    """(2, 3) what 'me' and 'you' think of three categories on day 100; 'me' has something in hand."""
    log = log_of(*LINES)
    code = np.array([CODE[i] for i in log.products.ids()], np.int32)
    rows = np.array([log.customers.index("me"), log.customers.index("you")], np.int32)
    held = log.products.indices(basket)
    page = np.array([log.products.index(viewed) if viewed else -1, -1], np.int32)
    context = Context(100 * DAY, np.array([0, len(held), len(held)]), held, page)
    profiles = Profiles.unknown(2)
    if declared is not None:
        interests = Interests(np.array([0, 1, 1]), np.array([declared], np.int32))
        profiles = Profiles({}, profiles.departments, interests, profiles.brands, profiles.consent)
    request = Request(rows, log.as_of(101 * DAY).take(rows), profiles, context)
    liked: Csr = affinity(request, "category", code=code, groups=3, half_life=30.0)
    return np.asarray(liked.matrix().toarray())


def test_purchases_decay_and_views_weigh_less() -> None:
    me, you = asked()
    assert np.allclose(me, [2 ** (-1 / 3) + 0.5, 0.1, 0.0])
    assert np.allclose(you, [0.0, 0.25, 0.0])


def test_what_is_in_hand_and_declared_counts_as_a_purchase_today() -> None:
    """What was declared at an unknown time fades by the days with purchases; 'me' had two."""
    plain = asked()
    assert np.allclose(asked(basket=("cup", "spoon")) - plain, [[0, 1, 0], [0, 0, 0]])
    assert np.allclose(asked(viewed="tea") - plain, [[1, 0, 0], [0, 0, 0]])
    assert np.allclose(asked(declared=2) - plain, [[0.0, 0.0, 2.0 ** (-2 / 6)], [0.0, 0.0, 0.0]])
    assert np.allclose(asked(declared=7), plain)


def test_many_rows_are_summed_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    dense = asked(basket=("cup",), declared=2)
    monkeypatch.setattr(module, "DENSE", 0)
    assert np.array_equal(asked(basket=("cup",), declared=2), dense)


def test_a_shop_without_categories() -> None:
    log = log_of(*LINES)
    history = log.as_of(101 * DAY)
    request = Request(np.arange(2, dtype=np.int32), history, Profiles.unknown(2), Context.at(100 * DAY, 2))
    assert len(affinity(request, "brand", code=np.full(4, -1, np.int32), groups=0, half_life=30.0)) == 2
