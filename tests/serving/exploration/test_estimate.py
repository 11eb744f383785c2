"""What is logged is enough to tell, without bias, what another policy would have been worth."""

import struct
from random import Random

import numpy as np
import pytest

from features.arrays import Doubles
from serving.exploration.choice import Choice
from serving.exploration.methods import Epsilon, Method, Softmax

ANSWERS = 8_000
SHOWN, POOL = 3, 6
CLICKED = [0.05, 0.3, 0.1, 0.4, 0.02, 0.2]  # of each product, which the ranker does not know
NOTICED = [1.0, 0.7, 0.5]  # of each position


def logged(method: Method) -> tuple[Doubles, Doubles, Doubles]:
    """(A, SHOWN) places, propensities and clicks of simulated answers."""
    items = [
        {"product_id": str(i), "rank": i + 1, "score": 1.0 - i / 5, "source": "als", "reason": None}
        for i in range(POOL)
    ]
    choice = Choice.of(items, {}, method, shown=SHOWN, top=POOL)
    own = struct.pack(f"<{SHOWN}H", *range(SHOWN)), choice.chances()
    random = Random(5).random
    drawn = [(one.places, one.propensities) if (one := choice.draw(random)) else own for _ in range(ANSWERS)]
    places = np.frombuffer(b"".join(places for places, _ in drawn), "<u2").reshape(ANSWERS, SHOWN)
    propensities = np.frombuffer(b"".join(chances for _, chances in drawn), "<f8").reshape(ANSWERS, SHOWN)
    chance = np.array(CLICKED)[places] * NOTICED
    return places.astype(float), propensities, (np.random.default_rng(3).random(chance.shape) < chance).astype(float)


def check(estimates: Doubles, truth: float) -> None:
    error = estimates.std() / np.sqrt(len(estimates))
    assert abs(estimates.mean() - truth) < 3 * error
    assert error < 0.2 * truth  # or the test would say nothing


@pytest.mark.parametrize("method", [Epsilon(0.6), Softmax(0.5)], ids=str)
def test_the_list_as_it_would_have_been(method: Method) -> None:
    """Clicks of a list by what its own order would have got: the weight of a place is that of all down to it."""
    places, propensities, clicks = logged(method)
    weights = np.cumprod((places == np.arange(SHOWN)) / propensities, axis=1)
    check((weights * clicks).sum(axis=1), float(np.dot(CLICKED[:SHOWN], NOTICED)))


@pytest.mark.parametrize("method", [Epsilon(0.6), Softmax(0.5)], ids=str)
def test_another_order_than_the_rankers(method: Method) -> None:
    places, propensities, clicks = logged(method)
    other = [3, 1, 5]
    weights = np.cumprod((places == other) / propensities, axis=1)
    check((weights * clicks).sum(axis=1), float(np.dot([CLICKED[i] for i in other], NOTICED)))


def test_without_weights_it_would_be_wrong() -> None:
    _, _, clicks = logged(Softmax(0.5))
    naive = clicks.sum(axis=1)
    truth = float(np.dot(CLICKED[:SHOWN], NOTICED))
    assert abs(naive.mean() - truth) > 10 * naive.std() / np.sqrt(ANSWERS)
