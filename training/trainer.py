"""Trainer: from a shop's tables to a recommender as of any moment."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from features.arrays import DAY, NO_TIME, Codes
from features.errors import ConfigError
from features.logs import log
from features.market import Market
from features.modules import UnknownModuleError, load
from features.segments.config import SegmentsConfig
from features.settings import Settings
from features.tables.patterns import ANONYMOUS
from features.tables.shop import Shop
from features.visit import LOOKS
from training.asking import Cuts, Known, asked
from training.candidates import registry
from training.candidates.base import Snapshot
from training.candidates.change import Change
from training.config import FeaturesConfig, PoolConfig, RankerConfig, TrainingConfig
from training.counting import Counting
from training.examples import Examples, Window
from training.pool import Source
from training.ranker import Ranker, names_of
from training.recommender import Order, Recommender
from training.segments.segmenter import Earlier, Segmenter
from training.timer import Timer
from training.value.config import ValueConfig
from training.value.foretold import foretelling
from training.value.learning import Learning
from training.value.model import ValueModel
from training.value.moments import Moments, asked_for
from training.visit_examples import visit_examples
from training.visits import VisitRanker

AT_ONCE = 2  # generators fitted at the same time: each may hold gigabytes on a large shop
RESERVED = ("model", "any")  # what evaluation calls the model, and all generators together


_Known: TypeAlias = tuple[int, bool]  # a moment, and whether ids that no event names are known as well


@dataclass
class Trainer:
    """Fits recommenders on one shop.

    What belongs to a moment (snapshot, generators, examples) is made once, so that the recommender as of the end reuses
    all that the measured one was made of. A snapshot is let go of once its window's examples are made: on large shops
    they are most of the memory.
    """

    shop: Shop
    settings: Settings
    timer: Timer = field(default_factory=Timer)
    champion: Earlier | None = None  # the segments of the model that serves, which new ones begin from
    _sources: dict[_Known, tuple[Source, ...]] = field(default_factory=dict)
    _in_hand: dict[_Known, tuple[Source, ...]] = field(default_factory=dict)
    _snapshots: dict[_Known, Snapshot] = field(default_factory=dict)
    _examples: dict[int, Examples] = field(default_factory=dict)
    _counted: dict[int, int] = field(default_factory=dict)
    _grouped: Earlier | None = None  # the newest segments of its own

    @cached_property
    def training(self) -> TrainingConfig:
        """Section `[training]`."""
        return self.settings.section("training", TrainingConfig)

    @cached_property
    def pool(self) -> PoolConfig:
        """Section `[pool]`."""
        pool = self.settings.section("pool", PoolConfig)
        _check_names([registry.find(path).name for path in pool.generators])
        return pool

    @cached_property
    def ranker(self) -> RankerConfig:
        """Section `[ranker]`."""
        return self.settings.section("ranker", RankerConfig)

    @cached_property
    def names(self) -> list[str]:
        """The features that the ranker may see; ConfigError where a module of the user's own cannot be imported."""
        config = self.settings.section("features", FeaturesConfig)
        try:
            load(config.extra)
        except UnknownModuleError as error:
            raise ConfigError(f"[features] extra: {error}") from error
        return names_of([registry.find(path).name for path in self._asked], config.exclude)

    @cached_property
    def _asked(self) -> tuple[str, ...]:
        """The generators that have something to say in a label window."""
        kinds = {path: registry.find(path) for path in self.pool.generators}
        return tuple(path for path, kind in kinds.items() if not getattr(kind, "in_hand", False)) or tuple(kinds)

    def windows(self, until: int) -> list[int]:
        """The moments whose horizon ends at or before `until`, oldest first.

        They are taken from the newest back until their customers are as many as the ranker may learn from.
        """
        config = self.training
        last, first = until - config.horizon * DAY, self.shop.log.start + config.min_history * DAY
        moments = (last - i * config.stride * DAY for i in range(config.windows))
        chosen: list[int] = []
        customers = 0
        for moment in moments:
            if moment < first:
                break
            customers += min(self._buyers(moment), config.customers_a_window)
            if customers > config.customers:
                break
            chosen.append(moment)
        return sorted(chosen)

    def learning(self, end: int) -> Learning | None:
        """What customers will spend as of moments up to `end`; None where the settings do not ask for it."""
        config = self.settings.section("value", ValueConfig)
        return Learning(self.shop.log, config, self.training.seed, end) if config.enabled else None

    @cached_property
    def _foretold(self) -> Moments | None:
        """Value models of past moments, where features or segments need them; else only the last model has one."""
        config = self.settings.section("value", ValueConfig)
        if not config.enabled or not asked_for(self.names, self.settings):
            return None
        return Moments(self.shop.log, config, self.training.seed)

    def _value(self, moment: int) -> ValueModel | None:
        """What was foretold of customers by a moment."""
        if self._foretold is None:
            return None
        with self.timer.stage("value"):
            return self._foretold.at(moment)

    def _buyers(self, moment: int) -> int:
        """How many customers bought in the window from a moment on."""
        if moment not in self._counted:
            window = self.shop.log.window(moment, moment + self.training.horizon * DAY)
            self._counted[moment] = int(np.count_nonzero(np.diff(window.purchases.offsets)))
        return self._counted[moment]

    def fit(self, until: int, *, complete: bool = False) -> Recommender:
        """A recommender that knows what happened before `until`, and nothing else.

        Its customers and products are those seen by then. With `complete`, for the model that serves, they are all that
        the tables hold: also those that no event names yet.
        """
        self.prepare(until, complete=complete)
        moments, snapshot = self.windows(until), self.snapshot(until, complete=complete)
        order = self._order(self.examples(moments), until)
        sources = self._serving(until, complete=complete)
        fitted = self._recommender(until, snapshot, sources, order, self._facts(moments, until) | {"trained": until})
        fitted = replace(fitted, value=self._value(until))
        fitted = replace(fitted, segments=self._segments(fitted, self.champion))
        return replace(fitted, visits=self._visits(moments, order)) if isinstance(order, Ranker) else fitted

    def _segments(self, model: Recommender, earlier: Earlier | None, changed: Codes | None = None) -> Segmenter:
        """The groups of a model's customers; those of a model that knew more are not looked at. `changed` customers
        are those whose events are others than the earlier one knew, where that one is brought up to date."""
        config = self.settings.section("segments", SegmentsConfig)
        known = next((e for e in (earlier, self._grouped) if e is not None and e.time <= model.time), None)
        with self.timer.stage("segments"):
            made = Segmenter.fit(
                model.population_at(model.time),
                config,
                model.customers,
                known,
                seed=self.training.seed,
                fingerprint=model.facts["fingerprint"],
                changed=changed,
            )
        self._grouped = Earlier(made, model.customers, model.time, model.facts["fingerprint"])
        return made

    def _visits(self, moments: list[int], order: Ranker) -> VisitRanker | None:
        """What the visits of the newest window teach, asked of a model that knows what came before it."""
        log, config, moment = self.shop.log, self.training, moments[-1]
        looked = np.isin(log.kind, LOOKS) & (log.time >= moment)
        if not config.visits or not looked.any():
            return None
        with self.timer.stage("visits"):
            sources = self._serving(moment, complete=False)
            model = self._recommender(moment, self.snapshot(moment), sources, order, {})
            model = replace(model, value=self._value(moment))
            cuts = Cuts.of(log, moment, moment + config.horizon * DAY, most=config.visits, seed=config.seed)
            known = Known(len(model.customers), len(model.products), moment)
            parts = [visit_examples(model, asked(week, log, self.shop.profiles, known)) for week in cuts.weeks()]
            self._forget(moment)
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

    def refreshed(self, previous: Recommender, until: int, *, complete: bool = False) -> Recommender:
        """`previous`, a recommender of this shop as of an earlier moment, brought up to `until`: generators learn what
        changed since, and the ranker stays as it is.

        Nothing may be in the way (`obstacle`).
        """
        snapshot = self.snapshot(until, complete=complete)
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
        settings = [registry.settings_of(registry.create(path, self.settings)) for path in self.pool.generators]
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

    def prepare(self, until: int, *, complete: bool = False) -> None:
        """All that `fit` needs but the ranker; the generators as of `until` are fitted beside the last window."""
        with self._asking(self.windows(until)):
            self._serving(until, complete=complete)

    def coverage(self, until: int) -> dict[str, int]:
        """What was bought in the windows before `until`: found by a generator, lost by all, or not known before."""
        parts = self.examples(self.windows(until))
        return {
            "labels_found": sum(part.found for part in parts),
            "labels_lost": sum(part.lost for part in parts),
            "labels_unseen": sum(part.unseen for part in parts),
        }

    def snapshot(self, time: int, *, complete: bool = False) -> Snapshot:
        """What was known just before a moment; with `complete`, all customers and products of the tables."""
        known = time, complete
        if known not in self._snapshots:
            with self.timer.stage("snapshots"):
                self._snapshots[known] = self._snapshot(time, complete)
        return self._snapshots[known]

    def sources(self, time: int, *, complete: bool = False) -> tuple[Source, ...]:
        """The generators as of a moment that a label window asks, warm from the newest ones before it."""
        known = time, complete
        if known not in self._sources:
            earlier = [other for other in self._sources if other[0] < time]
            previous = self._sources[max(earlier)] if earlier else ()
            self._sources[known] = self._fitted(self._asked, self.snapshot(time, complete=complete), previous)
        return self._sources[known]

    def _snapshot(self, time: int, complete: bool) -> Snapshot:
        shop = self.shop
        customers = len(shop.log.customers) if complete else shop.log.customers_at(time)
        products = len(shop.log.products) if complete else shop.log.products_at(time)
        history = shop.log.window(NO_TIME, time, customers)
        catalogue = shop.catalogue_at(time).first(products)
        market = Market.measure(history, catalogue, time=time, horizon=self.training.horizon)
        profiles = shop.profiles.first(customers, catalogue, None if complete else time)
        return Snapshot(time, history, catalogue, market, profiles)

    def _serving(self, time: int, *, complete: bool) -> tuple[Source, ...]:
        """All generators of the pool in its order: to those of a label window come those of what is in hand."""
        known, others = (time, complete), [path for path in self.pool.generators if path not in self._asked]
        asked = self.sources(time, complete=complete)
        if known not in self._in_hand:
            self._in_hand[known] = self._fitted(others, self.snapshot(time, complete=complete), ())
        fitted = dict(zip([*self._asked, *others], [*asked, *self._in_hand[known]], strict=True))
        return tuple(fitted[path] for path in self.pool.generators)

    def _fitted(self, paths: Sequence[str], snapshot: Snapshot, previous: tuple[Source, ...]) -> tuple[Source, ...]:
        """Fit the generators side by side: NumPy and SciPy let go of the interpreter in what takes long."""
        warm = {source.generator.name: source.generator for source in previous}

        def fitted(path: str) -> Source:
            generator = registry.create(path, self.settings)
            with self.timer.stage(f"fit_{generator.name}"):
                generator.fit(snapshot, warm.get(generator.name))
            return Source(generator, self.pool.sizes.get(generator.name, self.pool.size))

        _ = snapshot.bought  # shared by all of them
        with self.timer.stage("generators"), ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fit") as threads:
            return tuple(threads.map(fitted, paths))

    def examples(self, moments: Sequence[int]) -> list[Examples]:
        """What the windows from some moments on teach the ranker, oldest first."""
        with self._asking(moments):
            pass
        return [self._examples[moment] for moment in moments]

    @contextmanager
    def _asking(self, moments: Sequence[int]) -> Iterator[None]:
        """While one window is asked about, the generators of the next are fitted; what is done inside goes on beside
        the last. All are done afterwards."""
        with ThreadPoolExecutor(1, thread_name_prefix="examples") as asking:
            pending: list[Future[None]] = []
            for moment in moments:
                if moment in self._examples:
                    continue
                parts = (self.snapshot(moment), self.sources(moment), self.shop.log, self.shop.profiles)
                window = Window(*parts, foretelling(self._value(moment)))
                self._forget(moment)
                for learning in pending:
                    learning.result()  # at most two windows are held: on a large shop each takes gigabytes
                pending = [asking.submit(self._learn, window)]
            yield
            for learning in pending:
                learning.result()

    def _learn(self, window: Window) -> None:
        moment, most = window.snapshot.time, self.training.customers_a_window
        with self.timer.stage("examples"):
            examples = window.examples(self.names, self.training, self.ranker, most=most)
        self._examples[moment] = examples
        log.info("window.learned", time=moment, pairs=len(examples.gain), found=examples.found, lost=examples.lost)

    def _forget(self, moment: int) -> None:
        """Only the newest generators are needed again, to warm those of the next moment."""
        self._snapshots.pop((moment, False), None)
        for known in sorted(self._sources)[:-1]:
            del self._sources[known]

    def _order(self, parts: list[Examples], until: int) -> Order:
        usable = [part for part in parts if len(part.gain)]
        if sum(part.found for part in usable) < self.ranker.min_positives:
            log.warning("ranker.counting", until=until, windows=len(parts))
            return Counting()
        with self.timer.stage("fit_ranker"):
            return Ranker.fit(usable, self.ranker, seed=self.training.seed)

    def _facts(self, moments: list[int], until: int) -> dict[str, Any]:
        return {
            "data_start": self.shop.log.start,
            "events": self.shop.log.events_before(until),
            "fingerprint": self.shop.report.fingerprint,
            "horizon": self.training.horizon,
            "seed": self.training.seed,
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


def _check_names(generators: list[str]) -> None:
    """ConfigError where names clash: features, arrays and figures would be mixed up."""
    for name, times in Counter(generators).items():
        if times > 1 or name in RESERVED:
            clash = "names two of them" if times > 1 else "is what evaluation calls something else"
            raise ConfigError(f"[pool] generators: '{name}' {clash}; give your own class another name")
