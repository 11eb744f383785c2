"""Groundwork: what a training makes as of a moment: what was known, generators, and what a label window teaches."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np

from features.arrays import DAY, NO_TIME
from features.logs import log
from features.market import Market
from features.tables.shop import Shop
from training.candidates import registry
from training.candidates.base import Snapshot
from training.examples import Examples, Window
from training.pool import Source
from training.recipe import Recipe
from training.timer import Timer
from training.value.foretold import foretelling
from training.value.model import ValueModel
from training.value.moments import Moments

AT_ONCE = 2  # generators fitted at the same time: each may hold gigabytes on a large shop

_Known: TypeAlias = tuple[int, bool]  # a moment, and whether ids that no event names are known as well


@dataclass
class Groundwork:
    """Made once a moment, so that the recommender as of the end reuses all that the measured one was made of.

    A snapshot is let go of once its window's examples are made: on large shops they are most of the memory.
    """

    shop: Shop
    recipe: Recipe
    timer: Timer
    _sources: dict[_Known, tuple[Source, ...]] = field(default_factory=dict)
    _in_hand: dict[_Known, tuple[Source, ...]] = field(default_factory=dict)
    _snapshots: dict[_Known, Snapshot] = field(default_factory=dict)
    _examples: dict[int, Examples] = field(default_factory=dict)
    _counted: dict[int, int] = field(default_factory=dict)

    def windows(self, until: int) -> list[int]:
        """The moments whose horizon ends at or before `until`, oldest first.

        They are taken from the newest back until their customers are as many as the ranker may learn from.
        """
        config = self.recipe.training
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

    def _buyers(self, moment: int) -> int:
        """How many customers bought in the window from a moment on."""
        if moment not in self._counted:
            window = self.shop.log.window(moment, moment + self.recipe.training.horizon * DAY)
            self._counted[moment] = int(np.count_nonzero(np.diff(window.purchases.offsets)))
        return self._counted[moment]

    def snapshot(self, time: int, *, complete: bool = False) -> Snapshot:
        """What was known just before a moment; with `complete`, all customers and products of the tables."""
        known = time, complete
        if known not in self._snapshots:
            with self.timer.stage("snapshots"):
                self._snapshots[known] = self._snapshot(time, complete)
        return self._snapshots[known]

    def _snapshot(self, time: int, complete: bool) -> Snapshot:
        shop = self.shop
        customers = len(shop.log.customers) if complete else shop.log.customers_at(time)
        products = len(shop.log.products) if complete else shop.log.products_at(time)
        history = shop.log.window(NO_TIME, time, customers)
        catalogue = shop.catalogue_at(time).first(products)
        market = Market.measure(history, catalogue, time=time, horizon=self.recipe.training.horizon)
        profiles = shop.profiles.first(customers, catalogue, None if complete else time)
        return Snapshot(time, history, catalogue, market, profiles)

    def value(self, moment: int) -> ValueModel | None:
        """What was foretold of customers by a moment."""
        if self._foretold is None:
            return None
        with self.timer.stage("value"):
            return self._foretold.at(moment)

    @cached_property
    def _foretold(self) -> Moments | None:
        recipe = self.recipe
        return Moments(self.shop.log, recipe.value, recipe.training.seed) if recipe.foretells else None

    def sources(self, time: int, *, complete: bool = False) -> tuple[Source, ...]:
        """The generators as of a moment that a label window asks, warm from the newest ones before it."""
        known = time, complete
        if known not in self._sources:
            earlier = [other for other in self._sources if other[0] < time]
            previous = self._sources[max(earlier)] if earlier else ()
            self._sources[known] = self._fitted(self.recipe.asked, self.snapshot(time, complete=complete), previous)
        return self._sources[known]

    def serving(self, time: int, *, complete: bool) -> tuple[Source, ...]:
        """All generators of the pool in its order: to those of a label window come those of what is in hand."""
        known, recipe = (time, complete), self.recipe
        others = [path for path in recipe.pool.generators if path not in recipe.asked]
        asked = self.sources(time, complete=complete)
        if known not in self._in_hand:
            self._in_hand[known] = self._fitted(others, self.snapshot(time, complete=complete), ())
        fitted = dict(zip([*recipe.asked, *others], [*asked, *self._in_hand[known]], strict=True))
        return tuple(fitted[path] for path in recipe.pool.generators)

    def _fitted(self, paths: Sequence[str], snapshot: Snapshot, previous: tuple[Source, ...]) -> tuple[Source, ...]:
        """Fit the generators side by side: NumPy and SciPy let go of the interpreter in what takes long."""
        warm = {source.generator.name: source.generator for source in previous}
        settings, pool = self.recipe.settings, self.recipe.pool

        def fitted(path: str) -> Source:
            generator = registry.create(path, settings)
            with self.timer.stage(f"fit_{generator.name}"):
                generator.fit(snapshot, warm.get(generator.name))
            return Source(generator, pool.sizes.get(generator.name, pool.size))

        _ = snapshot.bought  # shared by all of them
        with self.timer.stage("generators"), ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fit") as threads:
            return tuple(threads.map(fitted, paths))

    def examples(self, moments: Sequence[int]) -> list[Examples]:
        """What the windows from some moments on teach the ranker, oldest first."""
        with self.asking(moments):
            pass
        return [self._examples[moment] for moment in moments]

    @contextmanager
    def asking(self, moments: Sequence[int]) -> Iterator[None]:
        """While one window is asked about, the generators of the next are fitted; what is done inside goes on beside
        the last. All are done afterwards."""
        with ThreadPoolExecutor(1, thread_name_prefix="examples") as asking:
            pending: list[Future[None]] = []
            for moment in moments:
                if moment in self._examples:
                    continue
                parts = (self.snapshot(moment), self.sources(moment), self.shop.log, self.shop.profiles)
                window = Window(*parts, foretelling(self.value(moment)))
                self.forget(moment)
                for learning in pending:
                    learning.result()  # at most two windows are held: on a large shop each takes gigabytes
                pending = [asking.submit(self._learn, window)]
            yield
            for learning in pending:
                learning.result()

    def _learn(self, window: Window) -> None:
        moment, recipe = window.snapshot.time, self.recipe
        with self.timer.stage("examples"):
            most = recipe.training.customers_a_window
            examples = window.examples(recipe.names, recipe.training, recipe.ranker, most=most)
        self._examples[moment] = examples
        log.info("window.learned", time=moment, pairs=len(examples.gain), found=examples.found, lost=examples.lost)

    def forget(self, moment: int) -> None:
        """Only the newest generators are needed again, to warm those of the next moment."""
        self._snapshots.pop((moment, False), None)
        for known in sorted(self._sources)[:-1]:
            del self._sources[known]
