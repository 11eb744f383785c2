"""What trials share changes nothing of what they are worth."""

import numpy as np
import pytest

from tests.training.tuning.shops import bench, cuts, shop
from training.evaluation.protocol import MODEL
from training.measuring import measure
from training.trainer import Trainer
from training.tuning.axis import Value
from training.tuning.scores import Scores

LIGHT: dict[str, Value] = {"ranker.trees": 9, "features.rhythm": False, "training.windows": 1, "ranker.l2": 2.0}
HEAVY: dict[str, Value] = {"generators.trending": True, "pool.size": 10, "candidates.popular.window": 7.0}


@pytest.mark.parametrize("changes", [{}, LIGHT, HEAVY, {**LIGHT, **HEAVY}], ids=["none", "light", "heavy", "both"])
def test_the_worth_is_that_of_a_training_of_its_own(changes: dict[str, Value]) -> None:
    """After another trial, and with the windows and features of the widest settings made once for all."""
    shared, cut = bench(), cuts()[0]
    shared.scores(shared.space.current, cut)
    point = {**shared.space.current, **changes}
    alone = Trainer(shop(), shared.space.settings(point)).fit(cut.time)
    found = measure(alone, cut.truth.customer, shop().log, generators=False)
    expected = Scores.of(found.lists[MODEL], cut.truth)
    assert np.array_equal(shared.scores(point, cut).ndcg[0], expected.ndcg[0])


@pytest.mark.bench
def test_what_was_let_go_of_is_made_again_the_same() -> None:
    roomy, narrow = bench(keep=3), bench(keep=1)
    current = roomy.space.current
    points = [current, current | HEAVY, current | {"ranker.leaves": 15}, current | HEAVY | LIGHT]
    values = [[b.scores(point, cut).value for point in points for cut in cuts()] for b in (roomy, narrow)]
    assert values[0] == values[1]
    assert (len(roomy._prepared), len(narrow._prepared)) == (2, 1)


def test_light_changes_share_and_heavy_ones_do_not() -> None:
    shared = bench(keep=9)
    one = shared.prepared(shared.space.current)
    for axis in shared.space.axes:
        for value in axis.ends:
            other = shared.prepared({**shared.space.current, axis.name: value})
            assert (other is one) is (axis.light or value == axis.current), (axis.name, value)


def test_what_was_asked_for_last_is_held() -> None:
    shared = bench(keep=2)
    points = [{**shared.space.current, "pool.size": size} for size in (50, 10)]
    first, second = map(shared.prepared, points)
    assert shared.prepared(points[0]) is first
    shared.prepared({**points[0], "generators.trending": True})
    assert shared.prepared(points[0]) is first
    assert shared.prepared(points[1]) is not second


def test_another_seed_grows_other_trees() -> None:
    shared = bench()
    point = {**shared.space.current, "ranker.trees": 9}
    values = {shared.scores(point, cuts()[0], seed=seed).value for seed in (0, 1_000, 2_000)}
    assert len(values) == 3
