"""Assortment: the products, with what a shop knows of them and what it does not."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator

from esnaf.simulation.categories import ADJECTIVES, CATEGORIES, COLOURS, SIZES, matching
from esnaf.simulation.clock import Clock
from esnaf.simulation.parameters import Parameters
from features.arrays import DAY, Array, Bools, Codes, Doubles, Floats, Offsets, Times, offsets_of

STYLES = 4
"""Dimensions of style."""
_SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "so", "ti", "ve", "za", "do", "fe", "gi", "lo", "mi", "na", "pe")
COMPLEMENTS = 3
"""Products that each product is bought along with."""


@dataclass(frozen=True)
class Assortment:
    """P products, those of a category side by side. The order says nothing once the ids are scrambled."""

    category: Codes
    offsets: Offsets  # (G + 1,) products of each category
    brand: Codes
    noun: Codes  # index in the category's nouns
    adjective: Codes
    variant: Codes  # 0 for the product itself, 1.. for its variants
    parent: Codes  # first product of the variants, -1 where there are none
    price: Doubles
    cost: Doubles
    level: Floats  # price against the category's, in spreads
    style: Floats  # (P, STYLES)
    appeal: Floats  # logarithm of the popularity within the category
    interval: Doubles  # days until it is used up, 0 if it is not
    complements: Codes  # (P, COMPLEMENTS)
    launched: Times
    withdrawn: Times
    out_from: Times
    out_until: Times

    @classmethod
    def draw(cls, parameters: Parameters, clock: Clock, rng: Generator) -> Self:
        """Draw the products of a shop."""
        P = parameters.products
        size = np.array([category.size for category in CATEGORIES])
        more = rng.choice(len(size), P - len(size), p=size / size.sum())
        category: Codes = np.sort(np.append(np.arange(len(size)), more)).astype(np.int32)
        offsets = offsets_of(category, len(size))
        variant = _variants(parameters, category, rng)
        first = np.arange(P) - variant
        brand, brand_style = _brands(parameters, category, rng)
        level = rng.normal(0, 1, P)
        median = np.array([c.price for c in CATEGORIES])[category]
        price = np.maximum(0.05, np.round(median * np.exp(parameters.price_spread * level), 2))
        interval = np.array([c.interval for c in CATEGORIES])[category] * rng.lognormal(0, 0.25, P)
        nouns = np.array([len(c.nouns.split("|")) for c in CATEGORIES])[category]
        appeal = rng.normal(0, parameters.popularity_spread, P)
        style = brand_style[brand] + rng.normal(0, 0.8, (P, STYLES))
        return cls(
            category,
            offsets,
            brand[first],
            (rng.random(P) * nouns).astype(np.int32)[first],
            rng.integers(len(ADJECTIVES), size=P).astype(np.int32)[first],
            variant,
            np.where((variant > 0) | (np.append(variant[1:], 0) > 0), first, -1).astype(np.int32),
            price[first],
            np.round(price[first] * rng.uniform(0.45, 0.75, P)[first], 2),
            level[first].astype(np.float32),
            style[first].astype(np.float32),
            (appeal[first] - 0.4 * variant).astype(np.float32),
            interval[first],
            _complements(category, offsets, appeal, rng),
            *_lives(parameters, clock, rng),
        )

    def __len__(self) -> int:
        return len(self.category)

    def sold(self, product: Array, time: Array) -> Bools:
        """Whether each product is in the assortment at that moment, in stock or not."""
        return (time >= self.launched[product]) & (time < self.withdrawn[product])

    def in_stock(self, product: Array, time: Array) -> Bools:
        """Whether each product can be bought at that moment."""
        out = (time >= self.out_from[product]) & (time < self.out_until[product])
        return self.sold(product, time) & ~out

    def brand_names(self) -> list[str]:
        """Invented names by brand number."""
        return [_brand_name(number) for number in range(int(self.brand.max()) + 1)]

    def names(self) -> list[str]:
        """Product names as the shop shows them."""
        brands = self.brand_names()
        return [
            f"{brands[self.brand[p]]} {ADJECTIVES[self.adjective[p]]} {nouns[self.noun[p]]}{self._suffix(p)}"
            for g, category in enumerate(CATEGORIES)
            for nouns in [category.nouns.split("|")]
            for p in range(self.offsets[g], self.offsets[g + 1])
        ]

    def _suffix(self, p: int) -> str:
        return "" if self.parent[p] < 0 else f" {COLOURS[self.variant[p] % len(COLOURS)]}"

    def attributes(self) -> list[str | None]:
        """A JSON object for each product, None where there is nothing to say."""
        wearable = [category.path.startswith("Fashion >") for category in CATEGORIES]
        return [
            f'{{"colour": "{COLOURS[self.variant[p] % len(COLOURS)]}"'
            + (f', "size": "{SIZES[p % len(SIZES)]}"}}' if wearable[self.category[p]] else "}")
            if self.parent[p] >= 0
            else None
            for p in range(len(self))
        ]


def _variants(parameters: Parameters, category: Codes, rng: Generator) -> Codes:
    follows = rng.random(len(category)) < parameters.variant_share
    follows[0] = False
    follows[1:] &= category[1:] == category[:-1]
    start = np.maximum.accumulate(np.where(follows, 0, np.arange(len(category))))
    return (np.arange(len(category)) - start).astype(np.int32)


def _brands(parameters: Parameters, category: Codes, rng: Generator) -> tuple[Codes, Doubles]:
    """Brands keep to a department; a few of them have most of its products."""
    departments = {path: n for n, path in enumerate(dict.fromkeys(c.path.split(" > ")[0] for c in CATEGORIES))}
    department = np.array([departments[c.path.split(" > ")[0]] for c in CATEGORIES])[category]
    each = max(4, int(parameters.products**0.6 / len(departments)) * 2)
    shares = 1 / np.arange(1, each + 1) ** parameters.brand_exponent
    brand = department * each + rng.choice(each, len(category), p=shares / shares.sum())
    return brand.astype(np.int32), rng.normal(0, 0.8, (each * len(departments), STYLES))


def _complements(category: Codes, offsets: Offsets, appeal: Doubles, rng: Generator) -> Codes:
    goes_with = [matching(c.goes_with) or [g] for g, c in enumerate(CATEGORIES)]
    found = np.empty((len(category), COMPLEMENTS), np.int32)
    for g in range(len(CATEGORIES)):
        others = np.concatenate([np.arange(offsets[o], offsets[o + 1]) for o in goes_with[g]])
        chance = np.exp(0.7 * appeal[others])
        rows = slice(offsets[g], offsets[g + 1])
        found[rows] = rng.choice(others, (offsets[g + 1] - offsets[g], COMPLEMENTS), p=chance / chance.sum())
    return found


def _lives(parameters: Parameters, clock: Clock, rng: Generator) -> tuple[Times, Times, Times, Times]:
    P, length = parameters.products, clock.end - clock.start
    inside = rng.random(P) < parameters.launched_share
    before = rng.exponential(500 * DAY, P).astype(np.int64) + DAY
    launched = clock.start + np.where(inside, (rng.random(P) * 0.95 * length).astype(np.int64), -before)
    gone = rng.random(P) < parameters.withdrawn_share
    moment = np.maximum(clock.start, launched) + (rng.random(P) * length).astype(np.int64)
    withdrawn = np.where(gone, moment, clock.end + length)
    runs_out = rng.random(P) < parameters.out_of_stock_share
    out_from = np.where(runs_out, clock.start + (rng.random(P) * length).astype(np.int64), clock.end + length)
    return launched, withdrawn, out_from, out_from + (rng.uniform(3, 21, P) * DAY).astype(np.int64)


def _brand_name(number: int) -> str:
    rest, first = divmod(number, len(_SYLLABLES))
    third, second = divmod(rest, len(_SYLLABLES))
    tail = _SYLLABLES[third % len(_SYLLABLES)] if third else ""
    return f"{_SYLLABLES[first]}{_SYLLABLES[(second + 7 * first) % len(_SYLLABLES)]}{tail}".capitalize()
