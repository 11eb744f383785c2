"""Bench: measures settings at past cuts, and holds what trials have in common.

A trial that changes the ranker, the number of windows or what features are seen needs no new candidates: it fits its
trees on examples, and orders candidates of generators, that another trial has had made.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from features.settings import Settings
from features.tables import Shop
from training.config import RankerConfig, TrainingConfig
from training.configuration import configuration, digest
from training.counting import Counting
from training.evaluation.protocol import MODEL
from training.examples import Examples
from training.measuring import measure
from training.ranker import Ranker
from training.recommender import Order, Recommender
from training.trainer import Trainer
from training.tuning.axis import Value
from training.tuning.cut import Cut
from training.tuning.scores import Scores
from training.tuning.space import Space

NEVER = 2**60  # positives that no shop has: the trainer fits no ranker of its own


@dataclass
class Prepared:
    """Examples of past windows and generators as of each cut, for all points that differ in light axes alone.

    Cuts must come in the same order for every point, oldest first: generators start warm from those before.
    """

    trainer: Trainer
    _bases: dict[int, Recommender] = field(default_factory=dict)

    def base(self, time: int) -> Recommender:
        """A recommender as of a cut, yet without a ranker."""
        if time not in self._bases:
            self._bases[time] = self.trainer.fit(time)
        return self._bases[time]

    def examples(self, time: int, windows: int) -> list[Examples]:
        """Those of the newest windows before a cut."""
        self.base(time)
        made = self.trainer.groundwork
        return made.examples(made.windows(time)[-windows:])


@dataclass
class Bench:
    """Trials of one shop."""

    shop: Shop
    space: Space
    keep: int  # prepared sets held at a time
    _prepared: "OrderedDict[str, Prepared]" = field(default_factory=OrderedDict)

    def scores(self, point: Mapping[str, Value], cut: Cut, *, seed: int = 0) -> Scores:
        """Fit on what came before a cut and measure on what came after; another `seed` grows other trees."""
        settings, prepared = self.space.settings(point), self.prepared(point)
        order = _order(settings, prepared, cut, seed)
        recommender = replace(prepared.base(cut.time), order=order)
        found = measure(recommender, cut.truth.customer, self.shop.log, generators=False)
        return Scores.of(found.lists[MODEL], cut.truth)

    def prepared(self, point: Mapping[str, Value]) -> Prepared:
        """What a point shares with others; making room before a new one is made. What was asked for last is held."""
        settings = self.space.widest(point)
        key = digest(configuration(settings))
        if key not in self._prepared:
            while len(self._prepared) >= self.keep:
                self._prepared.popitem(last=False)
            self._prepared[key] = Prepared(Trainer(self.shop, _without_ranker(settings)))
        self._prepared.move_to_end(key)
        return self._prepared[key]


def _without_ranker(settings: Settings) -> Settings:
    ranker = {**settings.values.get("ranker", {}), "min_positives": NEVER}
    return replace(settings, values={**settings.values, "ranker": ranker})


def _order(settings: Settings, prepared: Prepared, cut: Cut, seed: int) -> Order:
    """The ranker of a point, as the trainer would fit it on the same examples."""
    training, ranker = settings.section("training", TrainingConfig), settings.section("ranker", RankerConfig)
    parts = [part for part in prepared.examples(cut.time, training.windows) if len(part.gain)]
    if sum(part.found for part in parts) < ranker.min_positives:
        return Counting()
    names = Trainer(prepared.trainer.shop, settings).recipe.names
    return Ranker.fit([_with_features(part, names) for part in parts], ranker, seed=training.seed + seed)


def _with_features(examples: Examples, names: list[str]) -> Examples:
    """Examples with some of their features."""
    if list(examples.names) == names:
        return examples
    column = {name: i for i, name in enumerate(examples.names)}
    kept = np.array([column[name] for name in names], np.int64)
    return replace(examples, names=tuple(names), matrix=np.ascontiguousarray(examples.matrix[:, kept]))
