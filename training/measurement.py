"""Measurement: what a window that a model had not seen says of it, beside the baselines."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.tables import Shop
from training.comparison.answered import Answered
from training.evaluation.baselines import Baselines
from training.evaluation.beyond import Background
from training.evaluation.generators import generator_recall
from training.evaluation.lists import Lists
from training.evaluation.protocol import MODEL, Report, evaluate
from training.evaluation.slices import slices_of
from training.evaluation.truth import MOST_CUSTOMERS, Truth
from training.measuring import measure
from training.ranker import Ranker
from training.recommender import Recommender
from training.segments.sliced import segment_slices
from training.tracking.importance import Importance


@dataclass(frozen=True)
class Measurement:
    """Figures, and what they can be drawn from."""

    report: Report
    metrics: Mapping[str, float]  # beside those of the report
    background: Background
    importance: Importance | None  # None for a model that counts
    bundle: Path
    learned: bool  # whether the model had enough to learn a ranking from
    answered: Answered | None = None  # the model's lists, where anybody was scored


def measurement_of(
    recommender: Recommender,
    shop: Shop,
    *,
    cut: int,
    end: int,
    bundle: Path,
    most: int = MOST_CUSTOMERS,
    alone: bool = True,
) -> Measurement:
    """Measure a loaded recommender on the window `cut <= time < end`, beside the baselines.

    At most `most` customers are scored; with `alone` each generator is measured by itself too, and what the features
    add to the scores.

    The recommender is asked as of its own time with the history it holds, about customers by their ids: it may be
    older than the cut, and its data may have been numbered otherwise.
    """
    seed, order = int(recommender.facts["seed"]), recommender.order
    truth = Truth.of(shop.log, cut, end, most=most, seed=seed)
    history = shop.log.as_of(cut)
    background = Background.of(history, shop.catalogue_at(cut), truth.products, seed=seed)
    learned = isinstance(order, Ranker)
    if len(truth) == 0:
        return Measurement(evaluate({}, truth), {}, background, None, bundle, learned)
    found = measure(recommender, truth.customer, shop.log, generators=alone, explained=alone)
    baselines = Baselines.of(history, truth.products, cut).ranks()
    report = evaluate(
        # A generator called as a baseline stands behind it.
        {**_named_something(found.lists), **{name: Lists.ask(rank, truth) for name, rank in baselines.items()}},
        truth,
        background=background,
        slices=slices_of(truth, shop.profiles, segments=segment_slices(recommender, truth, shop.log)),
        seed=seed,
    )
    importance = Importance.of(order, found.matrix) if alone and isinstance(order, Ranker) else None
    recalls = generator_recall(found.candidates, truth) if alone else {}
    answered = Answered.of(recommender, truth.customer, found.lists[MODEL], shop.log)
    return Measurement(report, recalls, background, importance, bundle, learned, answered)


def _named_something(lists: Mapping[str, Lists]) -> dict[str, Lists]:
    """The lists of the model, and of the generators that named any product: some need a basket in hand."""
    return {name: own for name, own in lists.items() if name == MODEL or (own.modes["all"].products >= 0).any()}
