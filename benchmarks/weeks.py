"""Weeks: what a recommender that was refreshed day by day is worth after a week, against one that was fitted anew."""

from collections.abc import Iterator
from dataclasses import dataclass

from features.arrays import DAY
from features.settings import Settings
from features.tables import Shop
from training.evaluation.protocol import MODEL
from training.evaluation.truth import Truth
from training.measuring import measure
from training.recommender import Recommender
from training.trainer import Trainer
from training.tuning.scores import Scores

LONG = 7  # days


@dataclass(frozen=True)
class Week:
    """NDCG@20 in the horizon after a week of new events."""

    start: int  # seconds since the epoch, UTC: the refreshed one was fitted on what came before
    refreshed: float
    anew: float
    stale: float  # of the one that was not refreshed


def weeks(shop: Shop, settings: Settings, before: int, number: int) -> Iterator[Week]:
    """That many, each a horizon earlier than the one before it; the last horizon ends at `before`."""
    horizon = Trainer(shop, settings).recipe.training.horizon * DAY
    for back in range(1, number + 1):
        yield _week(shop, settings, before - back * horizon - LONG * DAY)


def _week(shop: Shop, settings: Settings, start: int) -> Week:
    first = model = Trainer(shop, settings).fit(start)
    for day in range(1, LONG + 1):
        model = Trainer(shop, settings).refreshed(model, start + day * DAY)
    anew = Trainer(shop, settings).fit(model.time)
    return Week(start, *(_ndcg(one, shop, model.time) for one in (model, anew, first)))


def _ndcg(model: Recommender, shop: Shop, time: int) -> float:
    """Of a model on the horizon from a moment on."""
    truth = Truth.of(shop.log, time, time + model.facts["horizon"] * DAY, seed=model.facts["seed"])
    lists = measure(model, truth.customer, shop.log, generators=False, explained=False).lists[MODEL]
    return Scores.of(lists, truth).value
