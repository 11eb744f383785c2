"""The segments of a bundle: saved and read, kept from model to model, and the same alone as among others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.arrays import DAY
from features.kinds import Kind
from features.recent import Deed
from features.segments.config import SegmentsConfig
from features.segments.segments import Segments
from features.tables import Shop
from features.touch import touch_of
from tests.training.futures import SETTINGS, cut
from training.query import Query
from training.recommender import Recommender
from training.segments.earlier import serving_segments
from training.segments.segmenter import Earlier, Segmenter
from training.trainer import Trainer


def codes(segments: Segments) -> dict[str, list[int]]:
    return {column.name: column.code.tolist() for column in segments.columns}


def everybody(model: Recommender) -> Segments:
    assert model.segments is not None
    return model.segments.everybody(model.population_at(model.time))


def test_saved_and_read(whole: Recommender, loaded: Recommender) -> None:
    assert loaded.segments is not None
    assert codes(everybody(loaded)) == codes(everybody(whole))
    assert loaded.segments.config == whole.segments.config  # type: ignore[union-attr]  # it has some


def test_alone_as_among_others(loaded: Recommender) -> None:
    together = everybody(loaded)
    assert loaded.segments is not None
    for row in range(0, len(together), 7):
        rows = np.array([row], np.int32)
        one = loaded.segments.of(rows, loaded.population_at(loaded.time).take(rows))
        assert [c.code[0] for c in one.columns] == [c.code[row] for c in together.columns]


def test_a_stranger_has_a_place_too(loaded: Recommender) -> None:
    rows = np.array([-1], np.int32)
    assert loaded.segments is not None
    found = loaded.segments.of(rows, loaded.population_at(loaded.time).take(rows))
    assert ("value", "prospect") in found.of(0)


def test_trained_again_on_the_same_nobody_moves(simulated: Shop, whole: Recommender) -> None:
    assert whole.segments is not None
    earlier = Earlier(whole.segments, whole.customers, whole.time, whole.facts["fingerprint"])
    trainer = Trainer(simulated, SETTINGS, champion=earlier)
    again = trainer.fit(simulated.log.end, complete=True)
    assert codes(everybody(again)) == codes(everybody(whole))


def test_a_week_later_those_who_did_nothing_mostly_stay(simulated: Shop) -> None:
    end = simulated.log.end
    before = Trainer(simulated, SETTINGS).fit(end - 7 * DAY)
    assert before.segments is not None
    earlier = Earlier(before.segments, before.customers, before.time, "other")
    after = Trainer(simulated, SETTINGS, champion=earlier).fit(end)
    known = len(before.customers)
    still = np.diff(after.history.offsets)[:known] == np.diff(before.history.offsets)
    assert still.sum() > 30
    kept = {
        one.name: float((one.code[still] == other.code[:known][still]).mean())
        for one, other in zip(everybody(before).columns, everybody(after).columns, strict=True)
    }
    assert min(kept.values()) >= 0.8, kept  # a hundred customers: fifths are small
    assert sum(kept.values()) / len(kept) >= 0.95


def test_what_was_assigned_is_what_the_dimensions_would_say_again(whole: Recommender) -> None:
    """Everybody is taken as they were assigned; asked anew with that in hand, nobody moves."""
    assert whole.segments is not None
    population, rows = whole.population_at(whole.time), np.arange(len(whole.customers), dtype=np.int32)
    anew = whole.segments.of(rows, population.take(rows))
    assert codes(anew) == codes(everybody(whole)) == codes(whole.segments.settled(rows, population.take(rows)))


def test_who_is_a_stranger_was_not_assigned(whole: Recommender) -> None:
    assert whole.segments is not None
    rows = np.array([-1], np.int32)
    found = whole.segments.settled(rows, whole.population_at(whole.time).take(rows))
    assert found.of(0) == []


@pytest.mark.parametrize(("drift", "stays"), [(0.25, True), (0.0, False)])
def test_what_was_learned_stays_until_much_that_is_bought_is_newer(
    simulated: Shop, *, drift: float, stays: bool
) -> None:
    end = simulated.log.end
    config = SegmentsConfig(drift=drift)
    before, after = (Trainer(simulated, SETTINGS).fit(time) for time in (end - 28 * DAY, end))
    first = Segmenter.fit(before.population_at(before.time), config, before.customers)
    assert first.learned
    earlier, now = Earlier(first, before.customers, before.time, "other"), after.population_at(after.time)
    still = np.diff(after.history.offsets)[: len(before.customers)] == np.diff(before.history.offsets)
    changed = np.append(np.flatnonzero(~still), np.arange(len(still), len(after.customers))).astype(np.int32)
    later = Segmenter.fit(now, config, after.customers, earlier, changed=changed)
    assert (later.tastes is first.tastes and later.missions is first.missions) == stays
    everyone = Segmenter.fit(now, config, after.customers, earlier, changed=np.arange(len(now), dtype=np.int32))
    assert 0 < len(changed) < len(now)
    assert codes(later.everybody(now)) == codes(everyone.everybody(now))


def test_other_settings_learn_anew(whole: Recommender) -> None:
    assert whole.segments is not None
    config = replace(whole.segments.config, tastes=whole.segments.config.tastes + 1)
    assert not whole.segments.fits(whole.population_at(whole.time), config)
    assert whole.segments.fits(whole.population_at(whole.time), whole.segments.config)


def test_a_model_that_knew_more_is_not_begun_from(simulated: Shop, whole: Recommender) -> None:
    assert whole.segments is not None
    later = Earlier(whole.segments, whole.customers, whole.time, "any")
    made = Trainer(simulated, SETTINGS, champion=later).fit(cut()).segments
    alone = Trainer(simulated, SETTINGS).fit(cut()).segments
    assert made is not None
    assert alone is not None
    assert np.array_equal(made.cuts.monetary, alone.cuts.monetary)


def test_a_workspace_without_a_model_has_none(tmp_path: Path) -> None:
    assert serving_segments(tmp_path) is None


@pytest.mark.parametrize("name", ["standing", "rhythm"])
def test_what_is_held_is_kept_by_dimension(whole: Recommender, name: str) -> None:
    assert whole.segments is not None
    held = whole.segments.held_of(np.array([0, -1], np.int32))[name]
    assert held.tolist() == [next(c for c in everybody(whole).columns if c.name == name).code[0], -1]


def test_what_somebody_did_just_now_counts(loaded: Recommender) -> None:
    assert loaded.segments is not None
    product, now = loaded.products.id(0), loaded.time + DAY
    deeds = (Deed(product, Kind.PURCHASE, now - 60, 1.0, 5.0, "live-1", touch_of("app", "phone")),)
    request = loaded.questions.request([Query(customer_id="never seen", recent=deeds)], now)
    told = {reason.label: reason.why for reason in loaded.segments.why(request.customer, loaded.customers_of(request))}
    assert {"new", "once", "by_app", "on_mobile", "app_only"} <= told.keys()
    assert told["new"] == "first order 0 days ago"
