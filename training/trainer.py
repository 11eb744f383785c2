"""Trainer: from a shop's tables to a recommender as of any moment."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from features.arrays import DAY, Codes
from features.logs import log
from features.settings import Settings
from features.tables.patterns import ANONYMOUS
from features.tables.shop import Shop
from features.visit import LOOKS
from training.asking import Cuts, Known, asked
from training.candidates import registry
from training.candidates.base import Snapshot
from training.candidates.change import Change
from training.counting import Counting
from training.examples import Examples
from training.groundwork import Groundwork
from training.pool import Source
from training.ranker import Ranker
from training.recipe import Recipe
from training.recommender import Order, Recommender
from training.segments.segmenter import Earlier, Segmenter
from training.timer import Timer
from training.value.learning import Learning
from training.visit_examples import visit_examples
from training.visits import VisitRanker


@dataclass
class Trainer:
    """Fits recommenders on one shop."""

    shop: Shop
    settings: Settings
    timer: Timer = field(default_factory=Timer)
    champion: Earlier | None = None  # the segments of the model that serves, which new ones begin from
    _grouped: Earlier | None = None  # the newest segments of its own

    @cached_property
    def recipe(self) -> Recipe:
        """What the settings say."""
        return Recipe(self.settings)

    @cached_property
    def groundwork(self) -> Groundwork:
        """What was made as of each moment so far."""
        return Groundwork(self.shop, self.recipe, self.timer)

    def fit(self, until: int, *, complete: bool = False) -> Recommender:
        """A recommender that knows what happened before `until`, and nothing else.

        Its customers and products are those seen by then. With `complete`, for the model that serves, they are all that
        the tables hold: also those that no event names yet.
        """
        self.prepare(until, complete=complete)
        made = self.groundwork
        moments, snapshot = made.windows(until), made.snapshot(until, complete=complete)
        order = self._order(made.examples(moments), until)
        sources = made.serving(until, complete=complete)
        fitted = self._recommender(until, snapshot, sources, order, self._facts(moments, until) | {"trained": until})
        fitted = replace(fitted, value=made.value(until))
        fitted = replace(fitted, segments=self._segments(fitted, self.champion))
        return replace(fitted, visits=self._visits(moments, order)) if isinstance(order, Ranker) else fitted

    def prepare(self, until: int, *, complete: bool = False) -> None:
        """All that `fit` needs but the ranker; the generators as of `until` are fitted beside the last window."""
        with self.groundwork.asking(self.groundwork.windows(until)):
            self.groundwork.serving(until, complete=complete)

    def coverage(self, until: int) -> dict[str, int]:
        """What was bought in the windows before `until`: found by a generator, lost by all, or not known before."""
        parts = self.groundwork.examples(self.groundwork.windows(until))
        return {
            "labels_found": sum(part.found for part in parts),
            "labels_lost": sum(part.lost for part in parts),
            "labels_unseen": sum(part.unseen for part in parts),
        }

    def learning(self, end: int) -> Learning | None:
        """What customers will spend as of moments up to `end`; None where the settings do not ask for it."""
        recipe = self.recipe
        return Learning(self.shop.log, recipe.value, recipe.training.seed, end) if recipe.value.enabled else None

    def refreshed(self, previous: Recommender, until: int, *, complete: bool = False) -> Recommender:
        """`previous`, a recommender of this shop as of an earlier moment, brought up to `until`: generators learn what
        changed since, and the ranker stays as it is.

        Nothing may be in the way (`obstacle`).
        """
        snapshot = self.groundwork.snapshot(until, complete=complete)
        change = Change.between(
            self.shop.log,
            previous.time,
            until,
            products=len(snapshot.catalogue),
            customers=previous.customers,
            history=previous.history,
        )
        _ = snapshot.bought  # shared by all of them

        def updated(source: Source) -> Source:
            generator = registry.create(registry.path_of(type(source.generator)), self.settings)
            with self.timer.stage(f"update_{generator.name}"):
                generator.update(snapshot, source.generator, change)
            return Source(generator, source.size)

        with self.timer.stage("generators"):
            sources = tuple(updated(source) for source in previous.sources)  # too little work for threads
        facts = self._facts(previous.facts["windows"], until) | {"trained": previous.facts["trained"]}
        fitted = self._recommender(until, snapshot, sources, previous.order, facts)
        segments = self._segments(fitted, _earlier(previous), _changed(fitted, previous, change))
        return replace(fitted, visits=previous.visits, value=previous.value, segments=segments)

    def obstacle(self, previous: Recommender) -> str | None:
        """Why a recommender cannot be refreshed, None where it can."""
        log, time = self.shop.log, previous.time
        settings = [registry.settings_of(registry.create(path, self.settings)) for path in self.recipe.pool.generators]
        if [registry.settings_of(source.generator) for source in previous.sources] != settings:
            return "its generators, or their settings, are others"
        seen = log.products_at(time)
        if seen > len(previous.products) or not np.array_equal(
            previous.products.first(seen).text, log.products.first(seen).text
        ):
            return "products of its time are others now"
        active = np.diff(previous.history.offsets) > 0
        gone = np.flatnonzero(active & (log.customers.find(previous.customers.column) < 0)).astype(np.int32)
        if not all(id.startswith(ANONYMOUS) for id in previous.customers.ids(gone)):  # some turn out to be somebody
            return "customers of its time are no more"
        return None

    def _segments(self, model: Recommender, earlier: Earlier | None, changed: Codes | None = None) -> Segmenter:
        """The groups of a model's customers; those of a model that knew more are not looked at. `changed` customers
        are those whose events are others than the earlier one knew, where that one is brought up to date."""
        known = next((e for e in (earlier, self._grouped) if e is not None and e.time <= model.time), None)
        with self.timer.stage("segments"):
            made = Segmenter.fit(
                model.population_at(model.time),
                self.recipe.segments,
                model.customers,
                known,
                seed=self.recipe.training.seed,
                fingerprint=model.facts["fingerprint"],
                changed=changed,
            )
        self._grouped = Earlier(made, model.customers, model.time, model.facts["fingerprint"])
        return made

    def _visits(self, moments: list[int], order: Ranker) -> VisitRanker | None:
        """What the visits of the newest window teach, asked of a model that knows what came before it."""
        log, made, config, moment = self.shop.log, self.groundwork, self.recipe.training, moments[-1]
        looked = np.isin(log.kind, LOOKS) & (log.time >= moment)
        if not config.visits or not looked.any():
            return None
        with self.timer.stage("visits"):
            sources = made.serving(moment, complete=False)
            model = self._recommender(moment, made.snapshot(moment), sources, order, {})
            model = replace(model, value=made.value(moment))
            cuts = Cuts.of(log, moment, moment + config.horizon * DAY, most=config.visits, seed=config.seed)
            known = Known(len(model.customers), len(model.products), moment)
            parts = [visit_examples(model, asked(week, log, self.shop.profiles, known)) for week in cuts.weeks()]
            made.forget(moment)
        matrix, bought = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return VisitRanker.fit(matrix, bought, seed=config.seed)

    def _recommender(
        self, until: int, snapshot: Snapshot, sources: tuple[Source, ...], order: Order, facts: dict[str, Any]
    ) -> Recommender:
        return Recommender(
            time=until,
            customers=self.shop.log.customers.first(len(snapshot.history)),
            products=self.shop.log.products.first(len(snapshot.catalogue)),
            history=snapshot.history,
            profiles=snapshot.profiles,
            catalogue=snapshot.catalogue,
            market=snapshot.market,
            sources=sources,
            order=order,
            facts=facts,
            aliases=self.shop.aliases.first(len(snapshot.history)),
        )

    def _order(self, parts: list[Examples], until: int) -> Order:
        usable = [part for part in parts if len(part.gain)]
        if sum(part.found for part in usable) < self.recipe.ranker.min_positives:
            log.warning("ranker.counting", until=until, windows=len(parts))
            return Counting()
        with self.timer.stage("fit_ranker"):
            return Ranker.fit(usable, self.recipe.ranker, seed=self.recipe.training.seed)

    def _facts(self, moments: list[int], until: int) -> dict[str, Any]:
        return {
            "data_start": self.shop.log.start,
            "events": self.shop.log.events_before(until),
            "fingerprint": self.shop.report.fingerprint,
            "horizon": self.recipe.training.horizon,
            "seed": self.recipe.training.seed,
            "windows": moments,
        }


def _earlier(model: Recommender) -> Earlier | None:
    if model.segments is None:
        return None
    return Earlier(model.segments, model.customers, model.time, model.facts["fingerprint"])


def _changed(model: Recommender, previous: Recommender, change: Change) -> Codes:
    """The rows of a model's customers, ascending, whose events are others than a previous model of them knew."""
    others = np.zeros(len(model.customers), np.bool_)
    others[change.customers[change.customers < len(others)]] = True
    others[model.history.row[model.history.time >= previous.time]] = True
    others |= previous.customers.find(model.customers.column) < 0
    return np.flatnonzero(others).astype(np.int32)
