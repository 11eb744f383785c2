"""Missions: what shopping trips are for, by what is in the basket and how it came there.

An order is described by how much in it is of a kind that is bought again and again, how much of it all that is, and how
many products were looked at for each one bought. Groups of such orders are found by k-means (arthur2007kmeans) from the
centres of before; a customer's mission is that of most of their orders in the last year.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import DAY, Array, Codes, Counts, Doubles
from features.kinds import Kind
from features.segments.customers import Customers
from features.segments.dimension import Asked
from features.segments.facts import Known
from features.segments.population import Population
from features.visit import visit_number
from training.segments.matching import drawn, in_place, matched, unique

YEAR = 365  # days of orders that tell somebody's mission
MOSTLY = 0.5  # share of the orders that makes a mission somebody's own
SAMPLE = 5_000  # orders that the groups are learned from
CUSTOMERS = 2_000  # whose orders those are, at most
A_GROUP = 30  # orders of the sample for each group, at least
PRIOR = 20.0  # lines of a category that count as bought again as often as all are
STARTS, ROUNDS = 3, 15
LOOKS = (Kind.VIEW, Kind.CLICK)
LARGE, STAPLES = 3.0, 0.5  # centres: staples in a basket of a stock-up, and their share in a top-up


@dataclass(frozen=True)
class Missions:
    """K kinds of orders."""

    staple: Doubles  # (P,) from 0 to 1, how much a product is of a kind that is bought again
    centre: Doubles  # (K, 3) means of the orders, in spreads
    mean: Doubles  # (3,) of the sample, before scaling
    spread: Doubles  # (3,)
    names: list[str]

    kind = "needs"
    name = "mission"
    about = "what most of the orders of the last year are for"

    @classmethod
    def fit(cls, population: Population, groups: int, *, seed: int, previous: "Missions | None" = None) -> Self | None:
        """Learn from a sample of the orders; None where there are too few."""
        customers = population.take(_sample(population, seed))
        staple = _staples(population)
        features = _features(customers, staple)
        random = np.random.default_rng(seed)
        if len(features) > SAMPLE:
            features = features[np.sort(random.choice(len(features), SAMPLE, replace=False))]
        groups = min(groups, len(features) // A_GROUP)
        if groups < 2:
            return None
        warm = previous is not None and len(previous.centre) == groups
        mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
        if warm and previous is not None:
            mean, spread = previous.mean, previous.spread
        scaled = (features - mean) / spread
        centre = _centres(scaled, groups, random, previous.centre if warm and previous else None)
        if previous is not None and warm:
            order = in_place(matched(centre, previous.centre))
            return cls(staple, centre[order], mean, spread, previous.names)
        return cls(staple, centre, mean, spread, _names(centre * spread + mean))

    def labels(self, known: Known) -> Sequence[str]:
        """By what their orders are like."""
        return [*self.names, "many_missions"]

    def assign(self, asked: Asked) -> Codes:
        """(R,) the mission of half or more of the orders of the last year, -1 for who had none."""
        count = self._counts(asked.known)
        total = count.sum(axis=1)
        share = count / np.maximum(total, 1)[:, None]
        best = share.argmax(axis=1).astype(np.int32)
        rows, last = np.arange(len(best)), len(self.names)
        code = np.where(share[rows, best] > MOSTLY, best, last)
        if asked.held is not None:
            margin, held = asked.config.margin, np.clip(asked.held, -1, last)
            own = share[rows, np.minimum(np.maximum(held, 0), last - 1)] > MOSTLY * (1 - margin)
            none = share[rows, best] <= MOSTLY * (1 + margin)
            code = np.where((held >= 0) & np.where(held == last, none, own), held, code)
        code[total == 0] = -1
        return code.astype(np.int32)

    def of_orders(self, customers: Customers) -> Codes:
        """(O,) the mission of each order."""
        scaled = (_features(customers, self.staple) - self.mean) / self.spread
        return _nearest(scaled, self.centre)

    def why(self, asked: Asked, code: int) -> str:
        """How many orders, and what they are like."""
        customers, count = asked.known.customers, self._counts(asked.known)[0]
        if code >= len(self.names):
            pairs = zip(count, self.names, strict=True)
            told = ", ".join(f"{n:.0f} {name.replace('_', ' ')}" for n, name in pairs if n)
            return f"of {count.sum():.0f} orders in a year: {told}"
        recent, mission = self._recent(customers), self._of_orders(asked.known)
        lines = np.bincount(customers.orders.line, minlength=len(mission))[recent & (mission == code)]
        share = f"{count[code]:.0f} of {count.sum():.0f} orders in a year are such"
        return f"{share}, with {lines.mean():.1f} products each"

    def _recent(self, customers: Customers) -> Array:
        return np.asarray(customers.orders.time >= customers.time - YEAR * DAY)

    def _of_orders(self, known: Known) -> Codes:
        return known.once(self, "missions", lambda: self.of_orders(known.customers))

    def _counts(self, known: Known) -> Doubles:
        """(R, K) orders of the last year by mission."""
        customers, size = known.customers, len(self.names)
        recent = self._recent(customers)
        keys = customers.orders.row[recent].astype(np.int64) * size + self._of_orders(known)[recent]
        return np.bincount(keys, minlength=len(customers) * size).reshape(len(customers), size).astype(np.float64)


def _features(customers: Customers, staple: Doubles) -> Doubles:
    """(O, 3) of each order: log of the staples in it, their share, and log of the looks for each line."""
    orders, bought = customers.orders, customers.bought
    lines = orders.sum(np.ones(len(bought.product)))
    staples = orders.sum(np.append(staple, 0.0)[np.minimum(bought.product, len(staple))])
    looks = _looks(customers)
    return np.stack([np.log1p(staples), staples / np.maximum(lines, 1), np.log1p(looks / np.maximum(lines, 1))], axis=1)


def _looks(customers: Customers) -> Doubles:
    """(O,) products looked at in the visit in which an order was placed."""
    orders, both = customers.orders, customers.history.of_kinds(*LOOKS, Kind.PURCHASE)
    visit, buys = visit_number(both), both.kind == Kind.PURCHASE
    seen = np.bincount(visit, ~buys, int(visit.max(initial=-1)) + 1)
    found = np.zeros(len(orders))
    found[orders.line] = seen[visit[buys]]
    return found


def _staples(population: Population) -> Doubles:
    """(P,) how often a line of the product's category, or of the product, is one that its customer bought before."""
    catalogue, pairs = population.catalogue, population.history.repeats
    product = (pairs.keys % pairs.things).astype(np.int64)
    grouped = len(catalogue.category_names) > 1 and (catalogue.category >= 0).mean() >= 0.5
    codes = np.where(catalogue.category >= 0, catalogue.category, 0) if grouped else np.arange(len(catalogue))
    size = int(codes.max(initial=0)) + 1
    lines = np.bincount(codes[product], pairs.count, size)
    again = np.bincount(codes[product], pairs.count - 1, size)
    usual = float(again.sum() / max(lines.sum(), 1.0))
    rate = (again + PRIOR * usual) / (lines + PRIOR)
    sold = rate[lines > 0] if (lines > 0).any() else rate
    middle, spread = (sold.min() + sold.max()) / 2, max(float(sold.std()), 1e-6)
    soft: Doubles = 1.0 / (1.0 + np.exp(-2.0 * (rate - middle) / spread))
    return soft[codes]


def _centres(scaled: Doubles, groups: int, random: np.random.Generator, start: Doubles | None) -> Doubles:
    if start is not None:
        return _settled(scaled, start)[1]
    starts = [_drawn(scaled, groups, random) for _ in range(STARTS)]
    return min((_settled(scaled, centre) for centre in starts), key=lambda found: found[0])[1]


def _drawn(scaled: Doubles, groups: int, random: np.random.Generator) -> Doubles:
    chosen = [int(random.integers(len(scaled)))]
    while len(chosen) < groups:
        far = _distances(scaled, scaled[chosen]).min(axis=1) + 1e-12
        chosen.append(int(random.choice(len(scaled), p=far / far.sum())))
    return scaled[chosen]


def _settled(scaled: Doubles, centre: Doubles) -> tuple[float, Doubles]:
    for _ in range(ROUNDS):
        code = _nearest(scaled, centre)
        count: Counts = np.bincount(code, minlength=len(centre))
        sums = np.stack([np.bincount(code, column, len(centre)) for column in scaled.T], axis=1)
        moved = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], centre)
        if np.array_equal(moved, centre):
            break
        centre = moved
    return float(_distances(scaled, centre).min(axis=1).sum()), centre


def _nearest(scaled: Doubles, centre: Doubles) -> Codes:
    nearest: Codes = _distances(scaled, centre).argmin(axis=1).astype(np.int32)
    return nearest


def _distances(scaled: Doubles, centre: Doubles) -> Doubles:
    """(n, K) squared; coordinate by coordinate, so that a row's do not depend on the others."""
    found = np.zeros((len(scaled), len(centre)))
    for column, own in zip(scaled.T, centre.T, strict=True):
        found += (column[:, None] - own) ** 2
    return found


def _names(centre: Doubles) -> list[str]:
    """What orders with these means are called."""
    largest, looks = int(centre[:, 0].argmax()), float(np.median(centre[:, 2]))
    return unique([_name(row, largest=place == largest, looks=looks) for place, row in enumerate(centre)])


def _name(centre: Doubles, *, largest: bool, looks: float) -> str:
    staples = np.expm1(centre[0])
    if largest and staples >= LARGE:
        return "stock_up"
    if centre[1] >= STAPLES:
        return "top_up"
    if centre[2] > looks:
        return "considered"
    return "mixed_basket" if staples >= LARGE else "quick_buy"


def _sample(population: Population, seed: int) -> Codes:
    able = np.flatnonzero(np.diff(population.history.purchases.offsets))
    return drawn(able, CUSTOMERS, len(population), seed)
