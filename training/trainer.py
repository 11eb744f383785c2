"""Trainer: from a shop's tables to a recommender as of any moment."""

import importlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from features.arrays import DAY, NO_TIME
from features.errors import ConfigError
from features.logs import log
from features.market import Market
from features.settings import Settings
from features.tables.shop import Shop
from training.candidates import registry
from training.candidates.base import Snapshot
from training.config import FeaturesConfig, PoolConfig, RankerConfig, TrainingConfig
from training.counting import Counting
from training.examples import Examples, Window
from training.pool import Source
from training.ranker import Ranker, names_of
from training.recommender import Order, Recommender
from training.timer import Timer


@dataclass
class Trainer:
    """Fits recommenders on one shop. What belongs to a moment (snapshot, generators, examples) is made once, so that the
    recommender as of the end reuses all that the measured one was made of."""

    shop: Shop
    settings: Settings
    timer: Timer = field(default_factory=Timer)
    warnings: list[str] = field(default_factory=list)  # for people: what the model is not
    _sources: dict[int, tuple[Source, ...]] = field(default_factory=dict)
    _snapshots: dict[int, Snapshot] = field(default_factory=dict)
    _examples: dict[int, Examples] = field(default_factory=dict)

    @cached_property
    def training(self) -> TrainingConfig:
        """Section `[training]`."""
        return self.settings.section("training", TrainingConfig)

    @cached_property
    def pool(self) -> PoolConfig:
        """Section `[pool]`."""
        return self.settings.section("pool", PoolConfig)

    @cached_property
    def ranker(self) -> RankerConfig:
        """Section `[ranker]`."""
        return self.settings.section("ranker", RankerConfig)

    @cached_property
    def names(self) -> list[str]:
        """The features that the ranker may see; ConfigError where a module of the user's own cannot be imported."""
        config = self.settings.section("features", FeaturesConfig)
        for module in config.extra:
            try:
                importlib.import_module(module)
            except (ImportError, ValueError) as error:
                raise ConfigError(f"[features] extra: cannot import '{module}' ({error})") from error
        generators = [registry.find(name).name for name in self.pool.generators]
        return names_of(generators, config.exclude)

    def windows(self, until: int) -> list[int]:
        """The moments whose horizon ends at or before `until`, oldest first."""
        config = self.training
        last = until - config.horizon * DAY
        first = self.shop.log.start + config.min_history * DAY
        moments = [last - i * config.stride * DAY for i in range(config.windows)]
        return sorted(moment for moment in moments if moment >= first)

    def fit(self, until: int) -> Recommender:
        """A recommender that knows what happened before `until`, and nothing else."""
        moments = self.windows(until)
        for moment in moments:
            if moment not in self._examples:
                self._examples[moment] = self._learned(moment, len(moments))
        order = self._order([self._examples[moment] for moment in moments], until)
        snapshot, sources = self.snapshot(until), self.sources(until)
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
            facts=self._facts(moments),
        )

    def coverage(self, until: int) -> dict[str, int]:
        """Bought products that the generators named, and those that none did, in the windows before `until`."""
        parts = [self._examples[moment] for moment in self.windows(until)]
        return {"labels_found": sum(p.found for p in parts), "labels_lost": sum(p.lost for p in parts)}

    def snapshot(self, time: int) -> Snapshot:
        """What was known just before a moment."""
        if time not in self._snapshots:
            with self.timer.stage("snapshots"):
                self._snapshots[time] = self._snapshot(time)
        return self._snapshots[time]

    def sources(self, time: int) -> tuple[Source, ...]:
        """The generators as of a moment, warm from the newest ones before it."""
        if time not in self._sources:
            earlier = [moment for moment in self._sources if moment < time]
            previous = self._sources[max(earlier)] if earlier else ()
            self._sources[time] = self._fitted(self.snapshot(time), previous)
        return self._sources[time]

    def _snapshot(self, time: int) -> Snapshot:
        shop = self.shop
        last = time >= shop.log.end
        customers = len(shop.log.customers) if last else shop.log.customers_at(time)
        products = len(shop.log.products) if last else shop.log.products_at(time)
        history = shop.log.window(NO_TIME, time, customers)
        catalogue = shop.catalogue_at(time).first(products)
        market = Market.measure(history, catalogue, time=time, horizon=self.training.horizon)
        return Snapshot(time, history, catalogue, market, shop.profiles.take(np.arange(customers)))

    def _fitted(self, snapshot: Snapshot, previous: tuple[Source, ...]) -> tuple[Source, ...]:
        warm = {source.generator.name: source.generator for source in previous}
        sources = []
        for path in self.pool.generators:
            generator = registry.create(path, self.settings)
            with self.timer.stage(f"fit_{generator.name}"):
                generator.fit(snapshot, warm.get(generator.name))
            sources.append(Source(generator, self.pool.sizes.get(generator.name, self.pool.size)))
        return tuple(sources)

    def _learned(self, moment: int, windows: int) -> Examples:
        window = Window(self.snapshot(moment), self.sources(moment), self.shop.log, self.shop.profiles)
        with self.timer.stage("examples"):
            most = max(1, self.training.customers // windows)
            examples = window.examples(self.names, self.training, self.ranker, most=most)
        log.info("window.learned", time=moment, pairs=len(examples.gain), found=examples.found, lost=examples.lost)
        return examples

    def _order(self, parts: list[Examples], until: int) -> Order:
        usable = [part for part in parts if len(part.gain)]
        if sum(part.found for part in usable) < self.ranker.min_positives:
            self.warnings.append(f"too little to learn a ranker from ({len(parts)} label windows): products are ranked by counting")
            log.warning("ranker.counting", until=until, windows=len(parts))
            return Counting()
        with self.timer.stage("fit_ranker"):
            return Ranker.fit(Examples.joined(usable), self.ranker, seed=self.training.seed)

    def _facts(self, moments: list[int]) -> dict[str, Any]:
        return {
            "data_start": self.shop.log.start,
            "fingerprint": self.shop.report.fingerprint,
            "horizon": self.training.horizon,
            "seed": self.training.seed,
            "windows": moments,
        }
