"""Profile: what the customers of each segment are like: how many, what they are worth, and what they buy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from features.arrays import DAY, Array, Codes, Counts, Doubles
from features.groups import THINGS
from features.segments.population import Population
from features.segments.segments import Column, Segments
from training.segments.segmenter import Segmenter

FIGURES = ("orders", "spend", "spend_365", "average_order", "basket", "gap", "recency", "repeat_share")
MOST = 12  # segments of one dimension, by number of customers
FAVOURITES = 5  # products told of a segment
FEWEST = 5  # customers of a segment who bought a product, for it to be told
PERIOD = 28  # days between the two moments that moves are counted from and to


@dataclass(frozen=True)
class Favourite:
    """A product that a segment buys more than the others do."""

    product: int
    buyers: int  # in the segment
    lift: float  # share of the segment's buyers over that of everybody's


@dataclass(frozen=True)
class Part:
    """One segment."""

    label: str
    customers: int
    share: float  # of all customers
    revenue: float  # share of what all customers spent in the last year
    means: Mapping[str, float]  # over the customers for whom a figure is known
    favourites: Sequence[Favourite]


@dataclass(frozen=True)
class Moves:
    """Who went from where to where in the last period: (A, B) customers, the last row being those who came since."""

    labels: Sequence[str]
    count: Counts


@dataclass(frozen=True)
class Section:
    """One dimension."""

    kind: str
    name: str
    about: str
    parts: Sequence[Part]
    missing: int  # customers in none of its segments
    moves: Moves | None


@dataclass(frozen=True)
class Profile:
    """All segments of a shop as of a moment."""

    time: int
    customers: int
    buyers: int
    sections: Sequence[Section]

    @classmethod
    def of(cls, population: Population, segmenter: Segmenter) -> Self:
        """Look at everybody."""
        segments = segmenter.everybody(population)
        facts = population.facts(FIGURES)
        before = _before(population, segmenter)
        described = _Described(population, segments, facts)
        sections = [described.section(column, before.get(column.name)) for column in segments.columns]
        told = [section for section in sections if section.parts]
        return cls(population.time, len(population), int((facts["orders"] > 0).sum()), told)


@dataclass(frozen=True)
class _Pairs:
    """Who bought what, by customer."""

    count: Counts  # (C,) different products
    product: Counts  # (M,)


@dataclass(frozen=True)
class _Described:
    population: Population
    segments: Segments
    facts: Mapping[str, Doubles]

    def section(self, column: Column, before: Codes | None) -> Section:
        """One dimension, its largest segments first where there are many; in their own order where few."""
        size = np.bincount(column.code[column.code >= 0], minlength=len(column.labels))
        largest = np.argsort(-size, kind="stable")[:MOST]
        shown = [int(code) for code in (largest if len(size) > MOST else np.arange(len(size))) if size[code]]
        favourites = self._favourites(column, shown)
        parts = [self._part(column, code, favourites[code]) for code in shown]
        moves = None if before is None or len(column.labels) > MOST else _moves(column, before)
        missing = int((column.code < 0).sum())
        return Section(column.kind, column.name, column.dimension.about, parts, missing, moves)

    def _favourites(self, column: Column, shown: Sequence[int]) -> dict[int, list[Favourite]]:
        """The products whose buyers are in a segment beyond what its share of all buyers would explain."""
        products, size = len(self.population.catalogue), len(shown)
        place = np.full(len(column.labels) + 1, size)  # the last is that of the segments that are not shown
        place[shown] = np.arange(size)
        keys = np.repeat(place[column.code] * products, self._pairs.count) + self._pairs.product
        found = np.bincount(keys, minlength=(size + 1) * products).reshape(size + 1, products).astype(np.float64)
        buyers, count = found.sum(axis=0), found[:size]
        share = count.sum(axis=1) / max(buyers.sum(), 1.0)
        return {code: _strongest(own, buyers * part) for code, own, part in zip(shown, count, share, strict=True)}

    @cached_property
    def _pairs(self) -> "_Pairs":
        keys = self.population.history.repeats.keys
        return _Pairs(np.bincount(keys // THINGS, minlength=len(self.population)), keys % THINGS)

    def _part(self, column: Column, code: int, favourites: Sequence[Favourite]) -> Part:
        inside, spent = column.code == code, self.facts["spend_365"]
        means = {name: _mean(values[inside]) for name, values in self.facts.items()}
        total = max(float(spent.sum()), 1e-12)
        count = int(inside.sum())
        share = count / max(len(inside), 1)
        return Part(column.labels[code], count, share, float(spent[inside].sum()) / total, means, favourites)


def _before(population: Population, segmenter: Segmenter) -> dict[str, Codes]:
    """The groups as they were a period ago, by the borders of now: of what is known by now of the time before."""
    moment = population.time - PERIOD * DAY
    history = population.history.before(moment)
    then = Population(history, population.profiles, population.catalogue, moment)  # nothing foretold: it has no moves
    back = segmenter.as_of(moment)
    found = back.everybody(then)
    seen = np.diff(history.offsets) > 0
    return {c.name: np.where(seen, c.code, -1) for c in found.columns if c.name in segmenter.held}


def _moves(column: Column, before: Codes) -> Moves:
    size = len(column.labels)
    rows, now = np.where(before < 0, size, before), column.code
    inside = now >= 0
    count = np.bincount(rows[inside] * size + now[inside], minlength=(size + 1) * size)
    return Moves(column.labels, count.reshape(size + 1, size))


def _strongest(own: Doubles, expected: Doubles) -> list[Favourite]:
    surprise = np.where(own >= FEWEST, (own - expected) / np.sqrt(np.maximum(expected, 1e-9)), 0.0)
    likely = np.flatnonzero(surprise > 1.0)
    best: Array = likely[np.argsort(-surprise[likely], kind="stable")[:FAVOURITES]]
    return [Favourite(int(p), int(own[p]), float(own[p] / expected[p])) for p in best]


def _mean(values: Doubles) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
