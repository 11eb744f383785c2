"""Taste: groups of customers who look at, or buy, the same kinds of things."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Codes, Doubles
from features.category import SEPARATOR, department_of, leaf_of
from features.kinds import INTEREST
from features.segments.customers import Customers
from features.segments.dimension import Asked
from features.segments.facts import Known
from features.segments.population import Population
from training.segments.matching import drawn, in_place, matched, plain, unique
from training.segments.mixture import Mixture
from training.segments.terms import Evidence, Terms

LEAST = 4.0  # visits with a term that say something of taste
MOST = 40.0  # such visits that count in full: more of them tell much the same again
SURE, STILL = 0.6, 0.35  # probability of a group to be put in it, and to stay there
SAMPLE = 1_500  # customers that the groups are learned from
LOOKING = 3.0  # looks for each purchase from which looks tell more
A_GROUP = 15  # customers of the sample for each group, at least
SMALLEST = 0.02  # share of the customers that a new group must have
MAIN = 0.5  # share of what tells a group that one department must have to name it


@dataclass(frozen=True)
class Tastes:
    """The groups, their names, and what they are told by."""

    terms: Terms
    mixture: Mixture
    names: list[str]
    by: str  # what tells of taste: looks or purchases

    kind = "psychographic"
    name = "taste"
    about = "groups that look at, or buy, the same kinds of things more than others do"

    @classmethod
    def fit(cls, population: Population, groups: int, *, seed: int, previous: "Tastes | None" = None) -> Self | None:
        """Learn from a sample of the customers; None where too few tell anything. Groups of before keep their names."""
        terms = Terms.of(population.catalogue)
        looks = _looks(population)
        some = _sample(population, seed)
        if len(terms) < 2 or not len(some):
            return None
        evidence = Evidence.of(population.take(some), terms, looks=looks)
        able = np.flatnonzero(evidence.total() >= LEAST)
        groups = min(groups, len(able) // A_GROUP)
        if groups < 2:
            return None
        counts = evidence.dense(able, len(terms))
        old = None if previous is None else previous.over(terms)
        warm = old is not None and 2 <= len(old.share) <= groups
        mixture = Mixture.fit(counts, groups, seed=seed, start=old) if warm else _cold(counts, groups, seed)
        names = _names(terms, mixture)
        if old is not None and previous is not None:
            match = matched(mixture.own, old.own)
            order = in_place(match)
            mixture, match = mixture.take(order), match[order]
            fresh = _names(terms, mixture)
            names = unique([previous.names[m] if m >= 0 else f for m, f in zip(match, fresh, strict=True)])
        return cls(terms, mixture, names, "looks" if looks else "purchases")

    def labels(self, known: Known) -> Sequence[str]:
        """By their defining terms."""
        return self.names

    def assign(self, asked: Asked) -> Codes:
        """(R,) the group that a customer is in with some certainty, or was in and still may be."""
        chance = self._told(asked.known)[1]
        best = chance.argmax(axis=1).astype(np.int32)
        rows = np.arange(len(best))
        code = np.where(chance[rows, best] >= SURE, best, -1)
        if asked.held is not None:
            held = np.clip(asked.held, -1, len(self.names) - 1)
            stays = (held >= 0) & (chance[rows, held] >= STILL)
            code = np.where(stays, held, code)
        return code.astype(np.int32)

    def chances(self, customers: Customers) -> Doubles:
        """(R, K) how likely each customer is in each group; 0 for those who tell too little."""
        return self._chances(self._evidence(customers))

    def _told(self, known: Known) -> tuple[Evidence, Doubles]:
        """The evidence, and the chances."""

        def told() -> tuple[Evidence, Doubles]:
            evidence = self._evidence(known.customers)
            return evidence, self._chances(evidence)

        return known.once(self, "taste", told)

    def _evidence(self, customers: Customers) -> Evidence:
        return Evidence.of(customers, self.terms, looks=self.by == "looks")

    def _chances(self, evidence: Evidence) -> Doubles:
        total = evidence.total()
        told = np.minimum(1.0, MOST / np.maximum(total, 1.0))[:, None]
        score = evidence.scores(self.mixture.logs) * told + np.log(self.mixture.share)
        weight = np.exp(score - score.max(axis=1, keepdims=True))
        chance = weight / weight.sum(axis=1, keepdims=True)
        chance[total < LEAST] = 0.0
        return np.asarray(chance)

    def why(self, asked: Asked, code: int) -> str:
        """The terms that tell most for the group."""
        evidence, chances = self._told(asked.known)
        lift = np.log(self.mixture.own[code] / self.mixture.background)[evidence.term] * evidence.count
        best = np.argsort(-lift, kind="stable")[:3]
        did = "looked at" if self.by == "looks" else "bought"
        told = [f"{self.terms.names[evidence.term[at]]} in {evidence.count[at]:.0f}" for at in best if lift[at] > 0]
        total, chance = evidence.total()[0], chances[0, code]
        what = ", ".join(told) or "little that tells"
        return f"{did} {what} of {total:.0f} visits' things; {100 * chance:.0f} % sure"

    def over(self, terms: Terms) -> Mixture | None:
        """The groups of before over the terms of now; None where they have little in common."""
        number = {name: place for place, name in enumerate(self.terms.names)}
        at = np.array([number.get(name, -1) for name in terms.names])
        if (at >= 0).mean() < 0.5:
            return None
        few = 1.0 / (10 * len(terms))
        own = np.where(at >= 0, self.mixture.own[:, at], few)
        background = np.where(at >= 0, self.mixture.background[at], few)
        whole = own / own.sum(axis=1, keepdims=True)
        return Mixture(whole, background / background.sum(), self.mixture.share)


def _cold(counts: Doubles, groups: int, seed: int) -> Mixture:
    """From nothing; groups that stayed small are given up."""
    found = Mixture.fit(counts, groups, seed=seed)
    large = np.flatnonzero(found.share >= SMALLEST)
    if 2 <= len(large) < groups:
        found = Mixture.fit(counts, len(large), seed=seed, start=found.take(large))
    return found


def _looks(population: Population) -> bool:
    """Whether there are enough looks to go by them."""
    kinds = np.bincount(population.history.kind, minlength=256)
    bought = int(np.diff(population.history.purchases.offsets).sum())
    return bool(kinds[list(INTEREST)].sum() >= LOOKING * max(bought, 1))


def _sample(population: Population, seed: int) -> Codes:
    """Customers who did anything much."""
    able = np.flatnonzero(np.diff(population.history.offsets) >= LEAST)
    return drawn(able, SAMPLE, len(population), seed)


def _names(terms: Terms, mixture: Mixture) -> list[str]:
    return unique([_name(terms, distinct) for distinct in mixture.distinct()])


def _name(terms: Terms, distinct: Doubles) -> str:
    """The department that most of what is distinct lies in, else the two most distinct terms."""
    best = np.argsort(-distinct, kind="stable")
    known = [at for at in best.tolist() if distinct[at] > 0][:8]
    if not known:
        return "mixed"
    total = sum(float(distinct[at]) for at in known)
    parts: dict[str, float] = {}
    for at in known:
        department = department_of(terms.names[at])
        parts[department] = parts.get(department, 0.0) + float(distinct[at])
    main = max(parts, key=lambda name: parts[name])
    if parts[main] >= MAIN * total and SEPARATOR in terms.names[known[0]]:
        return plain(main)
    return plain("_and_".join(leaf_of(terms.names[at]) for at in known[:2]))
