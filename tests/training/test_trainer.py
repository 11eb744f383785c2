"""Which windows teach, and what is made once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.arrays import DAY
from features.errors import ConfigError
from features.settings import Settings
from features.tables import Shop
from tests.training.corner import Fixed, plain, shop_of
from tests.training.futures import SETTINGS
from training.candidates.als import Als
from training.candidates.base import Generator, Snapshot
from training.counting import Counting
from training.ranker import Ranker
from training.trainer import Trainer

FEW = Settings.parse(
    """
    [training]
    horizon = 14
    stride = 14
    min_history = 28
    windows = 2
    [ranker]
    trees = 3
    min_positives = 5
    min_leaf = 5
    threads = 1
    [pool]
    generators = ["repurchase", "popular", "als"]
    [candidates.als]
    factors = 8
    """
)


def with_training(**values: object) -> Settings:
    return replace(FEW, values={**FEW.values, "training": {**FEW.values["training"], **values}})


def days(shop: Shop, moments: list[int]) -> list[float]:
    return [(moment - shop.log.start) / DAY for moment in moments]


def test_windows_end_before_the_moment_and_begin_after_some_history(simulated: Shop) -> None:
    until = simulated.log.start + 90 * DAY
    several, close = with_training(windows=9), with_training(windows=9, stride=7)
    assert days(simulated, Trainer(simulated, FEW).groundwork.windows(until)) == [62, 76]
    assert days(simulated, Trainer(simulated, several).groundwork.windows(until)) == [34, 48, 62, 76]
    assert days(simulated, Trainer(simulated, close).groundwork.windows(until - 50 * DAY)) == []


def test_a_later_model_reuses_what_the_earlier_one_learned(simulated: Shop) -> None:
    """The window of the measured model's cut is the newest of the final model."""
    trainer = Trainer(simulated, FEW)
    made, end = trainer.groundwork, simulated.log.start + 90 * DAY
    cut = end - 14 * DAY
    measured = trainer.fit(cut)
    before = {moment: made.examples([moment])[0] for moment in made.windows(cut)}
    final = trainer.fit(end, complete=True)
    assert set(made.windows(end)) - set(before) == {cut}
    assert all(made.examples([moment])[0] is before[moment] for moment in made.windows(end) if moment in before)
    assert (measured.time, final.time) == (cut, end)
    assert measured.facts["windows"] == made.windows(cut)


def test_snapshots_of_past_windows_are_let_go_of(simulated: Shop) -> None:
    trainer = Trainer(simulated, with_training(windows=4))
    trainer.fit(simulated.log.start + 90 * DAY)
    assert len(trainer.groundwork._snapshots) == 1
    assert len(trainer.groundwork._sources) <= 2


def test_reuse_changes_nothing(simulated: Shop) -> None:
    """Fitted for the end alone, or after an earlier model of the same windows."""
    end = simulated.log.start + 90 * DAY
    alone, after = Trainer(simulated, FEW), Trainer(simulated, FEW)
    after.fit(end - 14 * DAY)
    one, other = alone.groundwork.examples([end - 14 * DAY])[0], after.groundwork.examples([end - 14 * DAY])[0]
    np.testing.assert_array_equal(one.gain, other.gain)
    np.testing.assert_array_equal(one.group, other.group)


class Remembers(Fixed):
    """Says what it was warmed by."""

    name = "remembers"
    warmed: list[tuple[int, int | None]]

    def __init__(self) -> None:
        super().__init__("remembers", [[0.0]])
        self.time = 0

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        self.time = snapshot.time
        WARMED.append((snapshot.time, previous.time if isinstance(previous, Remembers) else None))


WARMED: list[tuple[int, int | None]] = []


def test_generators_are_warm_from_the_newest_ones_before(simulated: Shop) -> None:
    values = {**FEW.values, "pool": {"generators": ["tests.training.test_trainer:Remembers"]}}
    trainer = Trainer(simulated, replace(FEW, values=values))
    start = simulated.log.start
    moments = [start + day * DAY for day in (40, 54, 68)]
    from tests.training import test_trainer

    test_trainer.WARMED.clear()
    for moment in moments:
        trainer.groundwork.sources(moment)
        trainer.groundwork.sources(moment)
    assert list(zip(moments, [None, *moments], strict=False)) == test_trainer.WARMED


def test_als_starts_where_it_was(simulated: Shop) -> None:
    """A warm start ends elsewhere than a cold one, and nearer to the factors it began with."""
    first, second = simulated.log.start + 60 * DAY, simulated.log.start + 62 * DAY
    warm, cold = Trainer(simulated, FEW), Trainer(simulated, FEW)
    before = als_of(warm, first)
    after, fresh = als_of(warm, second), als_of(cold, second)
    size = len(before.item_factors)
    near, far = (np.abs(g.item_factors[:size] - before.item_factors).mean() for g in (after, fresh))
    assert near < far


def als_of(trainer: Trainer, moment: int) -> Als:
    (found,) = (s.generator for s in trainer.groundwork.sources(moment) if s.generator.name == "als")
    assert isinstance(found, Als)
    return found


def test_pool_sizes(simulated: Shop) -> None:
    values = {**FEW.values, "pool": {"generators": ["repurchase", "popular"], "size": 7, "sizes": {"popular": 3}}}
    sources = Trainer(simulated, replace(FEW, values=values)).groundwork.sources(simulated.log.start + 60 * DAY)
    assert {source.generator.name: source.size for source in sources} == {"repurchase": 7, "popular": 3}


def test_coverage_counts_what_no_generator_found(simulated: Shop) -> None:
    trainer = Trainer(simulated, FEW)
    end = simulated.log.start + 90 * DAY
    found = trainer.coverage(end)
    parts = trainer.groundwork.examples(trainer.groundwork.windows(end))
    assert found["labels_found"] == sum((part.gain > 0).sum() for part in parts) > 0
    assert found["labels_lost"] == sum(part.lost for part in parts)


def test_enough_is_learned_from_and_too_little_is_counted(simulated: Shop) -> None:
    end = simulated.log.start + 90 * DAY
    assert isinstance(Trainer(simulated, FEW).fit(end).order, Ranker)
    values = {**FEW.values, "ranker": {**FEW.values["ranker"], "min_positives": 100_000}}
    assert isinstance(Trainer(simulated, replace(FEW, values=values)).fit(end).order, Counting)


def test_only_the_model_that_serves_knows_what_no_event_names(tmp_path: Path) -> None:
    products = ["product_id", "mug", "unsold"]
    customers = ["customer_id", "ann", "eve"]
    shop = shop_of(tmp_path / "shop", plain("ann,mug,2024-03-01"), products=products, customers=customers)
    trainer = Trainer(shop, FEW)
    plainly, complete = trainer.fit(shop.log.end), trainer.fit(shop.log.end, complete=True)
    assert (plainly.products.ids(), plainly.customers.ids()) == (["mug"], ["ann"])
    assert (complete.products.ids(), complete.customers.ids()) == (["mug", "unsold"], ["ann", "eve"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[pool]\ngenerators = ["als", "als"]', "'als' names two of them; give your own class another name"),
        ('[pool]\ngenerators = ["nobody"]', "generator 'nobody': there is none of this name"),
        ('[features]\nextra = ["no.such.module"]', r"\[features\] extra: cannot import 'no\.such\.module'"),
        ('[features]\nexclude = ["tast"]', "'tast' is no feature and no family; did you mean 'taste'"),
    ],
)
def test_settings_that_cannot_be_used(simulated: Shop, text: str, message: str) -> None:
    settings = Settings({**SETTINGS.values, **Settings.parse(text).values})
    with pytest.raises(ConfigError, match=message):
        Trainer(simulated, settings).fit(simulated.log.end)


class Model(Fixed):
    """Called as evaluation calls the model."""

    name = "model"


def test_a_name_that_evaluation_needs(simulated: Shop) -> None:
    values = {"pool": {"generators": [f"{__name__}:Model"]}}
    with pytest.raises(ConfigError, match="'model' is what evaluation calls something else"):
        Trainer(simulated, Settings(values)).fit(simulated.log.end)
