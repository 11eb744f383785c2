"""Figures: each one a number for every period, of some customers."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from features.arrays import NO_TIME, Array, Bools, Codes, Doubles
from features.errors import ConfigError
from features.eventlog import EventLog
from features.segments.expression import Expression
from training.kpi.answers import KINDS, Answers
from training.kpi.config import CustomKpi
from training.kpi.periods import Periods
from training.value.orders import Orders

SATISFIED, PROMOTER, DETRACTOR = 4.0, 9.0, 6.0  # scores from, from, and up to


@dataclass(frozen=True)
class Sales:
    """N orders of C customers, and what these said, with the period of each."""

    periods: Periods
    customers: int
    customer: Codes  # (N,)
    amount: Doubles  # (N,)
    period: Codes  # (N,) -1 before the first
    first: Bools  # (N,) whether it is the customer's first order
    answers: Answers
    answered: Codes  # (A,) period of each answer

    @classmethod
    def of(cls, log: EventLog, periods: Periods, answers: Answers) -> Self:
        """From a log, net of the refunds before the end of the last period."""
        end = int(periods.edges[-1])
        orders = Orders.of(log.window(NO_TIME, end, len(log.customers)), end)
        first = np.zeros(len(orders.time), np.bool_)
        first[orders.offsets[:-1]] = True
        period = np.where(orders.time < periods.edges[0], -1, periods.of(orders.time)).astype(np.int32)
        who = orders.rows[orders.customer].astype(np.int32)
        asked = periods.of(answers.time)
        inside = asked >= 0
        own = (orders.amount, period, first, answers.only(inside), asked[inside])
        return cls(periods, len(log.customers), who, *own)

    def figures(self, members: Bools, custom: tuple[CustomKpi, ...] = ()) -> dict[str, Doubles]:
        """(P,) each figure of the customers who are members (C,), NaN where there is nothing to tell; ConfigError for a
        custom one that names what there is not."""
        some = _Members(self, members)
        found = {name: np.asarray(compute(some), np.float64) for name, compute in FIGURES.items()}
        for own in custom:
            if own.name in found:
                raise ConfigError(f"[kpi] custom: '{own.name}' is the name of another figure")
            found[own.name] = Expression.parse(own.value).figures(_Scope(found, len(self.periods)))
        return found


@dataclass(frozen=True)
class _Members:
    sales: Sales
    members: Bools

    @cached_property
    def inside(self) -> Bools:
        """(N,) their orders of the periods."""
        found: Bools = self.members[self.sales.customer] & (self.sales.period >= 0)
        return found

    def per_period(self, rows: Bools, weight: Doubles | None = None) -> Doubles:
        """(P,) orders of some rows, or their weights."""
        chosen = self.sales.period[rows]
        own = None if weight is None else weight[rows]
        return np.bincount(chosen, own, len(self.sales.periods)).astype(np.float64)

    @cached_property
    def bought(self) -> Array:
        """(P, C) who bought, in bits that NumPy counts quickly."""
        found = np.zeros((len(self.sales.periods), self.sales.customers), np.bool_)
        found[self.sales.period[self.inside], self.sales.customer[self.inside]] = True
        return found

    @cached_property
    def orders(self) -> Doubles:
        return self.per_period(self.inside)

    @cached_property
    def revenue(self) -> Doubles:
        return self.per_period(self.inside, self.sales.amount)

    @cached_property
    def buyers(self) -> Doubles:
        return np.asarray(self.bought.sum(axis=1), np.float64)

    @cached_property
    def new(self) -> Doubles:
        return self.per_period(self.inside & self.sales.first)

    @cached_property
    def kept(self) -> Doubles:
        """(P,) buyers of a period who had bought in the one before, NaN for the first."""
        again = (self.bought[1:] & self.bought[:-1]).sum(axis=1)
        return np.append(np.nan, again.astype(np.float64))

    def scored(self, kind: str, score: Callable[[Doubles], Array]) -> Doubles:
        """(P,) mean of a figure of the scores of one kind."""
        answers = self.sales.answers
        rows = (answers.kind == KINDS.index(kind)) & self.members[answers.customer]
        period, size = self.sales.answered[rows], len(self.sales.periods)
        total = np.bincount(period, score(answers.score[rows]).astype(np.float64), size)
        return _share(total, np.bincount(period, minlength=size))


FIGURES: Mapping[str, Callable[[_Members], Doubles]] = {
    "buyers": lambda some: some.buyers,
    "new_buyers": lambda some: some.new,
    "orders": lambda some: some.orders,
    "revenue": lambda some: some.revenue,
    "revenue_per_customer": lambda some: _share(some.revenue, some.buyers),
    "average_order": lambda some: _share(some.revenue, some.orders),
    "repeat_rate": lambda some: _share(some.buyers - some.new, some.buyers),
    "retention": lambda some: _share(some.kept, np.append(np.nan, some.buyers[:-1])),
    "csat": lambda some: some.scored("csat", lambda score: score >= SATISFIED),
    "ces": lambda some: some.scored("ces", lambda score: score),
    "nps": lambda some: (
        100.0 * some.scored("nps", lambda score: (score >= PROMOTER) * 1.0 - (score <= DETRACTOR) * 1.0)
    ),
}


@dataclass(frozen=True)
class _Scope:
    """What a figure of the shop's own may name."""

    found: Mapping[str, Doubles]
    size: int

    def __len__(self) -> int:
        return self.size

    @property
    def names(self) -> Collection[str]:
        return self.found.keys()

    def value(self, name: str) -> Doubles:
        return self.found[name]

    def asked(self, function: str, text: str) -> Bools:
        raise KeyError(text)


def _share(part: Array, whole: Array) -> Doubles:
    """NaN where there is nothing to have a share of."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan))
