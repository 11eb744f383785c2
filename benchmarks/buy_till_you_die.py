"""Buy till you die: BG/NBD and Gamma-Gamma by maximum likelihood, the standard models of when and what people buy.

BG/NBD (fader2005counting): a customer buys at a rate of their own and may leave after any purchase. Gamma-Gamma
(fader2013gamma): the mean spend of a customer is pulled to that of all. Formulas and names are those of the papers;
times are in weeks.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from features.arrays import DAY, Counts, Doubles
from training.value.orders import Orders

WEEK = 7 * DAY


@dataclass(frozen=True)
class Summary:
    """What the models know of K customers."""

    repeats: Doubles  # (K,) x: days with a purchase after the first
    last: Doubles  # (K,) t_x: weeks from the first purchase to the last
    age: Doubles  # (K,) T: weeks from the first purchase until now
    mean: Doubles  # (K,) mean spend of the repeats, 0 where there are none

    @classmethod
    def of(cls, orders: Orders, as_of: int) -> Self:
        """Orders of one day are one purchase, as in the papers."""
        day, customer = orders.time // DAY, orders.customer
        keys, place = np.unique(customer.astype(np.int64) << 32 | day, return_inverse=True)
        spent, who, when = np.bincount(place, orders.amount), keys >> 32, (keys & 0xFFFFFFFF).astype(np.float64)
        first = np.append(0, np.flatnonzero(np.diff(who)) + 1)
        days: Counts = np.bincount(who)
        again = np.bincount(who, spent) - spent[first]
        began, ended = when[first], when[first + days - 1]
        repeats = (days - 1).astype(np.float64)
        mean = np.where(repeats > 0, again / np.maximum(repeats, 1), 0.0)
        return cls(repeats, (ended - began) / 7.0, (as_of / DAY - began) / 7.0, mean)


@dataclass(frozen=True)
class BgNbd:
    """r and alpha of the rates, a and b of the chances to leave."""

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def fit(cls, known: Summary) -> Self:
        """Maximum likelihood."""
        return cls(*_maximum(lambda logs: cls(*np.exp(logs)).log_likelihood(known), 4))

    def log_likelihood(self, known: Summary) -> float:
        """Of all customers (equation 6 of the paper)."""
        x, r, alpha, a, b = known.repeats, self.r, self.alpha, self.a, self.b
        shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        shared += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        stayed = -(r + x) * np.log(alpha + known.age)
        left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + known.last)
        return float((shared + np.logaddexp(stayed, np.where(x > 0, left, -np.inf))).sum())

    def expected(self, known: Summary, weeks: float) -> Doubles:
        """(K,) purchases in the next weeks (equation 10)."""
        x, age, r, alpha, a, b = known.repeats, known.age, self.r, self.alpha, self.a, self.b
        series = hyp2f1(r + x, b + x, a + b + x - 1, weeks / (alpha + age + weeks))
        grown = 1 - ((alpha + age) / (alpha + age + weeks)) ** (r + x) * series
        gone = a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + known.last)) ** (r + x)
        return np.asarray((a + b + x - 1) / (a - 1) * grown / (1 + np.where(x > 0, gone, 0.0)))


@dataclass(frozen=True)
class GammaGamma:
    """p, q and v of the spend."""

    p: float
    q: float
    v: float

    @classmethod
    def fit(cls, known: Summary) -> Self:
        """Maximum likelihood, of the customers with repeats that cost something."""
        paid = known.mean > 0
        x, mean = known.repeats[paid], known.mean[paid]
        return cls(*_maximum(lambda logs: cls(*np.exp(logs)).log_likelihood(x, mean), 3))

    def log_likelihood(self, x: Doubles, mean: Doubles) -> float:
        """Of the mean spends of customers with x purchases (equation 1a)."""
        p, q, v = self.p, self.q, self.v
        return float(
            (
                gammaln(p * x + q)
                - gammaln(p * x)
                - gammaln(q)
                + q * np.log(v)
                + (p * x - 1) * np.log(mean)
                + p * x * np.log(x)
                - (p * x + q) * np.log(x * mean + v)
            ).sum()
        )

    def expected(self, known: Summary) -> Doubles:
        """(K,) spend of a purchase (equation 5)."""
        x = known.repeats
        return np.asarray(self.p * (self.v + known.mean * x) / (self.p * x + self.q - 1))


def _maximum(log_likelihood: Any, size: int) -> Doubles:
    """Parameters above 0 where it is largest, searched from 1 on their logarithms."""
    found = minimize(lambda logs: -log_likelihood(logs), np.zeros(size), method="L-BFGS-B")
    return np.asarray(np.exp(found.x))
