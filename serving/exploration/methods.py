"""Methods of exploration: a random order of some products, and the exact probability of each step of it.

An order is made from its first place on, each product being drawn from those that are left. The probability of a
product at its place, given those above it, is what the exposure log calls its propensity; their product is the
probability of the whole order.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from serving.exploration.config import ExplorationConfig

Random: TypeAlias = Callable[[], float]
"""A number from 0 up to, but not including, 1."""
_LEAST = -700.0  # of a logarithm, so that no weight is 0 and every order stays possible


class Method(Protocol):
    """One way to draw."""

    def weights(self, scores: Sequence[float]) -> Sequence[float]:
        """What a list's scores, best first, come to; made once, drawn from often."""

    def draw(self, weights: Sequence[float], random: Random, places: int) -> list[int]:
        """The first `places` of an order: indices of `weights`."""

    def chances(self, weights: Sequence[float], order: Sequence[int]) -> list[float]:
        """The probability of each product of an order at its place, given those above it."""


@dataclass(frozen=True)
class Epsilon:
    """At each place, with probability `epsilon`, any of those left; else the best left."""

    epsilon: float

    def weights(self, scores: Sequence[float]) -> Sequence[float]:
        return scores  # only their order counts

    def draw(self, weights: Sequence[float], random: Random, places: int) -> list[int]:
        left = list(range(len(weights)))
        epsilon = self.epsilon
        return [left.pop(int(random() * len(left)) if random() < epsilon else 0) for _ in range(places)]

    def chances(self, weights: Sequence[float], order: Sequence[int]) -> list[float]:
        left = list(range(len(weights)))
        chances = []
        for product in order:
            any_of_them = self.epsilon / len(left)
            best = 1.0 - self.epsilon * (len(left) - 1) / len(left)
            chances.append(best if left[0] == product else any_of_them)
            left.remove(product)
        return chances


@dataclass(frozen=True)
class Softmax:
    """One of those left, with a probability in proportion to exp(score / temperature): Plackett-Luce
    (luce1959individual, plackett1975analysis).

    The whole order is drawn at once: with E from the standard exponential distribution, the products sorted by
    E / weight are in such an order. It is the Gumbel-top-k trick (kool2019stochastic) without its logarithm.
    """

    temperature: float

    def weights(self, scores: Sequence[float]) -> Sequence[float]:
        best = max(scores, default=0.0)
        return [math.exp(max((score - best) / self.temperature, _LEAST)) for score in scores]

    def draw(self, weights: Sequence[float], random: Random, places: int) -> list[int]:
        log = math.log
        keys = [-log(1.0 - random()) / weight for weight in weights]
        return sorted(range(len(keys)), key=keys.__getitem__)[:places]

    def chances(self, weights: Sequence[float], order: Sequence[int]) -> list[float]:
        drawn = set(order)
        left = math.fsum(weight for i, weight in enumerate(weights) if i not in drawn)
        chances = []
        for product in reversed(order):  # from the end, sums lose nothing of small weights beside large ones
            left += weights[product]
            chances.append(weights[product] / left)
        return chances[::-1]


def method_of(config: ExplorationConfig) -> Method | None:
    """The method of the settings; None where it is off."""
    if config.method == "off":
        return None
    return Epsilon(config.epsilon) if config.method == "epsilon" else Softmax(config.temperature)
