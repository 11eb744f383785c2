"""Segmenter: what a bundle knows of segments: the borders, what was learned, and where every customer was."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np

from features.arrays import DAY, Array, Codes
from features.segments.config import SegmentsConfig
from features.segments.customers import Customers
from features.segments.cuts import NEEDED, Cuts
from features.segments.dimension import Asked, Dimension
from features.segments.facts import Known
from features.segments.population import Population
from features.segments.segments import PLAIN, TIMELESS, Column, Reason, Segments, reasons, segments_of
from features.settings import Settings
from features.vocabulary import Vocabulary
from training import storage
from training.segments.missions import Missions
from training.segments.taste import Tastes

FOLDER = "segments"
LATE = 28  # days


@dataclass(frozen=True)
class Held:
    """The groups of C customers in one dimension."""

    code: Array  # (C,) int16, -1 for none


@dataclass(frozen=True)
class _Kept:
    cuts: Cuts
    settings: str  # JSON of the section
    dimensions: str  # names of D of them, with commas
    code: Array  # (D, C) of everybody in each: one file, as files are what a small bundle costs


@dataclass(frozen=True)
class Earlier:
    """The segmenter of an earlier model, and whom it knew."""

    segmenter: "Segmenter"
    customers: Vocabulary
    time: int
    fingerprint: str  # of its data

    def held(self, customers: Vocabulary) -> dict[str, Codes]:
        """(C,) the groups that customers of a later model were in, by dimension; -1 for those who came since."""
        row = self.customers.find(customers.column)
        return self.segmenter.held_of(row)


@dataclass(frozen=True)
class Segmenter:
    """Assigns customers of a model to segments."""

    cuts: Cuts
    config: SegmentsConfig
    tastes: Tastes | None = None  # None where too few customers tell anything
    missions: Missions | None = None
    held: Mapping[str, Held] = field(default_factory=dict)

    @classmethod
    def fit(
        cls,
        population: Population,
        config: SegmentsConfig,
        customers: Vocabulary,
        earlier: Earlier | None = None,
        *,
        seed: int = 0,
        fingerprint: str = "",
        changed: Codes | None = None,
    ) -> Self:
        """Set the borders by a population (C customers), and assign everybody. What an earlier model set stays where it
        still fits, and so do the customers who are near a border; one of the same data (`fingerprint`) is taken as it
        stands.

        With `changed`, the rows of those whose events are others than the earlier model knew, tastes and missions stay
        as they were learned, unless much of what is bought by now is newer, and the others are looked at only where
        the moment has a part in it. The products of the earlier model have the same numbers in this one then.
        """
        before = None if earlier is None else earlier.segmenter
        cuts = Cuts.learn(population.facts(NEEDED), population.time, config, None if before is None else before.cuts)
        same = earlier is not None and (earlier.fingerprint, earlier.time) == (fingerprint, population.time)
        held, settled = None if earlier is None else earlier.held(customers), None
        if before is not None and (same or changed is not None) and before.fits(population, config):
            made = cls(cuts, config, before.tastes, before.missions)
            settled = None if changed is None or held is None else made._unmoved(population, held, changed)
        else:
            made = cls(cuts, config, *_learned(population, config, before, seed))
        plain = replace(config, custom=())
        found = population.segments(cuts, plain, held=held, learned=made.learned, settled=settled)
        return replace(made, held={c.name: Held(c.code.astype(np.int16)) for c in made._keeping(found)})

    def fits(self, population: Population, config: SegmentsConfig) -> bool:
        """Whether what was learned does for a later population: the settings are the same, and of the products that
        were bought of late, a share of `[segments] drift` at most is newer than it."""
        if self.config != replace(config, custom=self.config.custom):
            return False
        known = [len(self.tastes.terms.offsets) - 1] if self.tastes is not None else []
        known += [len(self.missions.staple)] if self.missions is not None else []
        bought = population.history.purchases
        late = bought.product[bought.time >= population.time - LATE * DAY]
        return not known or not len(late) or float((late >= min(known)).mean()) <= config.drift

    @property
    def learned(self) -> tuple[Dimension, ...]:
        """The dimensions that a model tells."""
        return tuple(dimension for dimension in (self.tastes, self.missions) if dimension is not None)

    def _unmoved(self, population: Population, held: Mapping[str, Codes], changed: Codes) -> dict[str, Codes]:
        """(C,) the groups in which only the customers whose events changed may be others than they were."""
        known, found = Known(population.take(changed)), {}
        for dimension in (*TIMELESS, *(() if self.tastes is None else (self.tastes,))):
            code = held[dimension.name].copy()
            code[changed] = dimension.assign(Asked(known, self.cuts, self.config, code[changed]))
            found[dimension.name] = code
        return found

    def _keeping(self, found: Segments) -> Iterator[Column]:
        """Those in which customers near a border stay; what the customers table says needs no keeping."""
        names = {dimension.name for dimension in (*PLAIN, *self.learned)}
        return (column for column in found.columns if column.name in names)

    def held_of(self, rows: Array) -> dict[str, Codes]:
        """(R,) the groups of some customers by dimension, -1 for a stranger."""
        size = max((len(held.code) for held in self.held.values()), default=0)
        known = (rows >= 0) & (rows < size)
        at = np.where(known, rows, 0) if size else rows[:0]
        none = np.int32(-1)
        return {name: np.where(known, held.code[at], none) for name, held in self.held.items()}

    def of(self, rows: Array, customers: Customers) -> Segments:
        """The groups of R customers, `rows` being their numbers in the model, -1 for a stranger."""
        return self._of(rows, Known(customers))

    def _of(self, rows: Array, known: Known) -> Segments:
        held = self.held_of(rows)
        return segments_of(known.customers, self.cuts, self.config, held=held, learned=self.learned, known=known)

    def everybody(self, population: Population) -> Segments:
        """The groups of all customers of the model; those that were assigned as of the same moment as they stand."""
        held = self.held_of(np.arange(len(population)))
        settled = held if population.time == self.cuts.time else None
        return population.segments(self.cuts, self.config, held=held, learned=self.learned, settled=settled)

    def settled(self, rows: Array, customers: Customers) -> Segments:
        """The groups of R customers as they were assigned when the model was made; a stranger's are none."""
        held = self.held_of(rows)
        return segments_of(customers, self.cuts, self.config, learned=self.learned, settled=held)

    def why(self, rows: Array, customers: Customers) -> list[Reason]:
        """The groups of one customer, each with a sentence on why they are in it."""
        known = Known(customers)
        return reasons(self._of(rows, known), known, self.cuts, self.config)

    def as_of(self, moment: int) -> "Segmenter":
        """The same borders for another moment, and nobody held: the newest fifth by last order stays the same number
        of days wide."""
        moved = replace(self.cuts, time=moment, last_order=self.cuts.last_order + (moment - self.cuts.time))
        return replace(self, cuts=moved, held={})

    def with_custom(self, config: SegmentsConfig) -> "Segmenter":
        """The same with the custom segments of the settings as they are by now."""
        return replace(self, config=replace(self.config, custom=config.custom))

    def save(self, folder: Path) -> None:
        """Write it into a bundle."""
        code = np.stack([held.code for held in self.held.values()]) if self.held else np.zeros((0, 0), np.int16)
        kept = _Kept(self.cuts, json.dumps(asdict(self.config), sort_keys=True), ",".join(self.held), code)
        storage.dump(kept, folder / FOLDER)
        for dimension in self.learned:
            storage.dump(dimension, folder / FOLDER / dimension.name)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; BundleError where it cannot be."""
        kept = storage.restore(_Kept, folder / FOLDER)
        config = Settings({"segments": json.loads(kept.settings)}).section("segments", SegmentsConfig)
        own = {kind.name: folder / FOLDER / kind.name for kind in (Tastes, Missions)}
        tastes = storage.restore(Tastes, own["taste"]) if own["taste"].is_dir() else None
        missions = storage.restore(Missions, own["mission"]) if own["mission"].is_dir() else None
        names = kept.dimensions.split(",") if kept.dimensions else []
        held = {name: Held(code) for name, code in zip(names, kept.code, strict=True)}
        return cls(kept.cuts, config, tastes, missions, held=held)


def _learned(
    population: Population, config: SegmentsConfig, before: Segmenter | None, seed: int
) -> tuple[Tastes | None, Missions | None]:
    tastes, missions = (None, None) if before is None else (before.tastes, before.missions)
    return (
        Tastes.fit(population, config.tastes, seed=seed, previous=tastes),
        Missions.fit(population, config.missions, seed=seed, previous=missions),
    )
