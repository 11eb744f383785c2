"""How far inputs moved."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.arrays import DAY
from features.kinds import Kind
from features.tables import TablesConfig, load
from tests.training.contenders import CUSTOMERS, Contenders, write
from training.comparison.drift import Drift
from training.comparison.inputs import Inputs, drifts, pair
from training.comparison.lost import lost_inputs
from training.recommender import Recommender


def drift(first: list[int], second: list[int], customers: tuple[int, int] = (1000, 1000)) -> Drift:
    return Drift("price", tuple("abcdefgh"[: len(first)]), np.array(first), np.array(second), customers)


def test_the_index_of_a_published_example() -> None:
    """Seven credit grades of about a thousand accounts each, as the package psi-inference gives them: 0.0677."""
    found = drift([253, 302, 204, 134, 72, 26, 8], [177, 262, 285, 158, 88, 25, 6], (999, 1001))
    assert found.psi == pytest.approx(0.0677, abs=5e-5)


def test_equal_shares_have_not_moved_however_many_they_are() -> None:
    found = drift([10, 30, 60], [100, 300, 600])
    assert found.psi == pytest.approx(0)
    assert not found.moved(0.1)


def test_it_is_the_same_both_ways() -> None:
    assert drift([10, 30, 60], [50, 30, 20]).psi == pytest.approx(drift([50, 30, 20], [10, 30, 60]).psi)


def test_an_empty_bin_is_finite() -> None:
    found = drift([100, 0], [0, 100])
    assert np.isfinite(found.psi)
    assert found.moved(0.25)


def test_few_customers_move_by_chance() -> None:
    """Samples of twenty from one distribution exceed the noise about once in a thousand times, and 0.25 often."""
    random = np.random.default_rng(0)
    shares = np.full(8, 1 / 8)
    samples = random.multinomial(20, shares, (300, 2)).tolist()
    found = [drift(first, second, (20, 20)) for first, second in samples]
    assert np.mean([one.psi > 0.25 for one in found]) > 0.5
    assert np.mean([one.moved(0.25) for one in found]) < 0.02


def test_nothing_new_has_not_moved() -> None:
    assert not drift([10, 20], [0, 0], (10, 0)).moved(0.1)


@pytest.fixture(scope="module")
def model(contenders: Contenders) -> Recommender:
    return Recommender.load(contenders.trained["1"].final)


def test_the_same_days_have_not_moved(model: Recommender) -> None:
    before, after = pair(model, model, 28)
    assert (before.start, before.end) == (after.start, after.end) == (model.time - 28 * DAY, model.time)
    found = list(drifts(before, after))
    assert {one.name for one in found} >= {"event types", "category of purchases", "price paid", "time of day (UTC)"}
    assert [one.psi for one in found] == [0.0] * len(found)
    assert lost_inputs((model, before), (model, after)) == ()


def test_newer_data_is_what_came_since(model: Recommender) -> None:
    later = replace(model, time=model.time + 3 * DAY)
    before, after = pair(model, later, 28)
    assert (before.end, after.start, after.end) == (model.time, model.time, later.time)
    much_later = replace(model, time=model.time + 90 * DAY)
    assert pair(model, much_later, 28)[1].start == much_later.time - 28 * DAY


def test_the_same_shop_a_month_on_has_not_moved(model: Recommender) -> None:
    earlier = Inputs.of(model, model.time - 56 * DAY, model.time - 28 * DAY)
    found = list(drifts(earlier, Inputs.of(model, model.time - 28 * DAY, model.time)))
    assert max(one.psi for one in found) > 0
    assert [one.name for one in found if one.moved(0.1)] == []


def test_prices_in_pence_have_moved(model: Recommender) -> None:
    before, after = pair(model, model, 28)
    pence = replace(after, events=replace(after.events, price=after.events.price * 100))
    assert [one.name for one in drifts(before, pence) if one.moved(0.25)] == ["price paid"]


def test_another_clock_has_moved(model: Recommender) -> None:
    before, after = pair(model, model, 28)
    shifted = replace(after, events=replace(after.events, time=after.events.time + 9 * 3600))
    assert [one.name for one in drifts(before, shifted) if one.moved(0.25)] == ["time of day (UTC)"]


def test_what_is_no_longer_told_is_named(contenders: Contenders, model: Recommender) -> None:
    before, after = pair(model, model, 28)
    nothing = np.full(len(after.events.price), np.nan, np.float32)
    unpriced = replace(after, events=replace(after.events, price=nothing))
    bare = replace(
        model,
        profiles=replace(model.profiles, attributes={}),
        catalogue=replace(model.catalogue, category=np.full(len(model.catalogue), -1, np.int32)),
    )
    found = lost_inputs((model, before), (bare, unpriced))
    assert found == ("customer attribute 'country'", "category of products", "price of purchases")


def test_a_kind_of_events_that_stops_is_named(model: Recommender) -> None:
    before, after = pair(model, model, 28)
    kind = before.events.kind.copy()
    kind[::3] = Kind.VIEW
    viewed = replace(before, events=replace(before.events, kind=kind))
    assert lost_inputs((model, viewed), (model, after)) == ("events of type view",)


def test_a_shop_that_sells_other_things_has_moved(contenders: Contenders, model: Recommender, tmp_path: Path) -> None:
    """A hundredth of the price, in a table read anew."""
    other = load(write(tmp_path / "data", price=0.01), TablesConfig())
    history = other.log.as_of(contenders.end)
    assert len(history) == CUSTOMERS
    inputs = Inputs(model.time - 28 * DAY, model.time, history, other.catalogue)
    assert "price paid" in [one.name for one in drifts(pair(model, model, 28)[0], inputs) if one.moved(0.25)]
