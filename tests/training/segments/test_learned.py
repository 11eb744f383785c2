"""Tastes and missions: what they find in a shop with a planted truth, and that their names stay."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.segments import made_up, rand_index
from features.arrays import Doubles
from features.segments.config import SegmentsConfig
from features.segments.dimension import Asked
from features.segments.facts import Known
from features.segments.population import Population
from features.vocabulary import Vocabulary
from training import storage
from training.segments.matching import in_place, matched, plain, unique
from training.segments.missions import Missions
from training.segments.mixture import Mixture
from training.segments.segmenter import Segmenter
from training.segments.taste import Tastes


@pytest.fixture(scope="module")
def shop() -> Population:
    """Six hundred customers; each twelfth has the same taste."""
    return made_up(600, products=600)


@pytest.fixture(scope="module")
def tastes(shop: Population) -> Tastes:
    found = Tastes.fit(shop, 12, seed=1)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def missions(shop: Population) -> Missions:
    found = Missions.fit(shop, 3, seed=1)
    assert found is not None
    return found


def asked(shop: Population, rows: list[int], held: list[int] | None = None) -> Asked:
    known = Known(shop.take(np.array(rows, np.int32)))
    codes = None if held is None else np.array(held, np.int32)
    return Asked(known, Segmenter.fit(shop, CONFIG, Vocabulary.of([])).cuts, CONFIG, codes)


CONFIG = SegmentsConfig(tastes=0, missions=0)
EVERYBODY = list(range(600))


def test_tastes_are_found_beside_what_everybody_looks_at(shop: Population, tastes: Tastes) -> None:
    code = tastes.assign(asked(shop, EVERYBODY))
    sure = code >= 0
    assert sure.sum() > 250
    assert rand_index(code[sure], (np.arange(600) % 12)[sure].astype(np.int32)) > 0.6
    assert len(set(tastes.names)) == 12
    assert all(name.startswith("department") for name in tastes.names)


def test_a_taste_is_told_with_figures(shop: Population, tastes: Tastes) -> None:
    code = tastes.assign(asked(shop, EVERYBODY))
    row = int(np.flatnonzero(code >= 0)[0])
    why = tastes.why(asked(shop, [row]), int(code[row]))
    assert why.startswith("looked at Department")
    assert "% sure" in why


def test_alone_as_among_others(shop: Population, tastes: Tastes, missions: Missions) -> None:
    for dimension in (tastes, missions):
        together = dimension.assign(asked(shop, EVERYBODY))
        assert [int(dimension.assign(asked(shop, [row]))[0]) for row in range(0, 600, 29)] == together[::29].tolist()


def test_who_was_in_a_taste_stays_while_it_may_be(shop: Population, tastes: Tastes) -> None:
    chance = tastes.chances(shop.take(np.arange(600, dtype=np.int32)))
    second = np.sort(chance, axis=1)[:, -2]
    row = int(np.argmax(second))
    held = int(np.argsort(chance[row])[-2])
    expected = held if second[row] >= 0.35 else int(tastes.assign(asked(shop, [row]))[0])
    assert tastes.assign(asked(shop, [row], [held])).tolist() == [expected]


def test_learned_again_from_others_the_names_stay(shop: Population, tastes: Tastes) -> None:
    more = made_up(700, products=600, seed=0)
    again = Tastes.fit(more, 12, seed=9, previous=tastes)
    cold = Tastes.fit(more, 12, seed=9)
    assert again is not None
    assert cold is not None
    assert again.names == tastes.names
    assert cold.names != tastes.names
    one, other = tastes.assign(asked(shop, EVERYBODY)), again.assign(asked(shop, EVERYBODY))
    both = (one >= 0) & (other >= 0)
    assert (one == other)[both].mean() > 0.95


def test_missions_are_told_by_what_is_in_the_basket(shop: Population, missions: Missions) -> None:
    customers = shop.take(np.arange(600, dtype=np.int32))
    code = missions.of_orders(customers)
    assert len(code) == len(customers.orders)
    assert set(code.tolist()) == {0, 1, 2}
    who = missions.assign(asked(shop, EVERYBODY))
    assert (who[Known(customers)["orders"] == 0] == -1).all()
    row = int(np.flatnonzero(who == 0)[0])
    assert "orders in a year are such" in missions.why(asked(shop, [row]), 0)


def test_missions_begin_from_those_of_before(shop: Population, missions: Missions) -> None:
    again = Missions.fit(shop, 3, seed=5, previous=missions)
    assert again is not None
    assert again.names == missions.names
    np.testing.assert_allclose(again.centre, missions.centre, atol=0.2)


def test_too_few_customers_have_none() -> None:
    few = made_up(10, products=600)
    assert Tastes.fit(few, 12, seed=1) is None
    assert Missions.fit(few, 4, seed=1) is None


def test_saved_and_read(tmp_path: Path, shop: Population, tastes: Tastes, missions: Missions) -> None:
    for dimension in (tastes, missions):
        storage.dump(dimension, tmp_path / dimension.name)
        found = storage.restore(type(dimension), tmp_path / dimension.name)
        assert np.array_equal(found.assign(asked(shop, EVERYBODY)), dimension.assign(asked(shop, EVERYBODY)))
        assert list(found.labels(asked(shop, [0]).known)) == list(dimension.labels(asked(shop, [0]).known))


def test_a_mixture_climbs() -> None:
    random = np.random.default_rng(3)
    own = np.repeat(np.eye(3), 40, axis=0)
    counts = random.poisson(2 * own[:, np.array([0, 1, 2, 0, 1, 2])] + 1.0).astype(float)
    counts = np.concatenate([counts, random.poisson(3.0, (120, 2))], axis=1)
    found = Mixture.fit(counts, 3, seed=1)
    code = (counts @ found.logs.T + np.log(found.share)).argmax(axis=1).astype(np.int32)
    assert rand_index(code, np.repeat(np.arange(3), 40).astype(np.int32)) > 0.5
    np.testing.assert_allclose(found.own.sum(axis=1), 1.0)
    assert found.background[-2:].sum() > 0.3


def rows(*values: list[float]) -> Doubles:
    return np.array(values)


def test_groups_are_matched_as_a_whole() -> None:
    old = rows([1, 0, 0], [0, 1, 0], [0, 0, 1])
    new = rows([0, 0.9, 0.1], [0.1, 0, 0.9], [0.5, 0.5, 0.5])
    assert matched(new, old).tolist() == [1, 2, -1]
    assert in_place(matched(new, old)).tolist() == [2, 0, 1]


def test_names_are_plain_and_each_its_own() -> None:
    assert plain("Pasta & Rice") == "pasta_rice"
    assert plain("Çay ve Kahve") == "çay_ve_kahve"
    assert plain("!!") == "other"
    assert unique(["a", "b", "a", "a"]) == ["a", "b", "a_2", "a_3"]
    assert len(set(unique(["a", "a", "a_2"]))) == 3


def test_two_groupings_agree_or_not() -> None:
    one = np.array([0, 0, 1, 1, 2, 2], np.int32)
    assert rand_index(one, (one + 1) % 3) == pytest.approx(1.0)
    assert abs(rand_index(one, np.array([0, 1, 2, 0, 1, 2], np.int32))) < 0.4


def test_groups_are_paired_so_that_all_are_most_alike() -> None:
    old = np.array([[1.0, 0.0], [0.8, 0.6]])
    new = np.array([[0.995, 0.1], [0.9, -0.436]])  # the first is nearest to what alone is near to the second
    assert matched(new, old).tolist() == [1, 0]


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (12, 12), (3, 7), (7, 3)])
def test_groups_are_found_again_in_any_order(rows: int, columns: int) -> None:
    random = np.random.default_rng(rows)
    old, order = random.normal(size=(columns, 40)), random.permutation(max(rows, columns))
    new = np.vstack([old, random.normal(size=(max(0, rows - columns), 40))])[order][:rows]
    expected = np.where(order < columns, order, -1)[:rows]
    assert matched(new + random.normal(scale=0.05, size=new.shape), old).tolist() == expected.tolist()


def test_without_groups_there_is_nothing_to_continue() -> None:
    assert matched(np.ones((2, 3)), np.ones((0, 3))).tolist() == [-1, -1]


def test_fewer_groups_of_before_are_continued_by_the_nearest() -> None:
    new = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.9, 0.1, 0.0]])
    assert matched(new, new[1:2]).tolist() == [-1, 0, -1]
    assert matched(new[1:2], new).tolist() == [1]
