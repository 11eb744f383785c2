"""World: what is the same for everybody in a simulated shop."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from esnaf.simulation.assortment import Assortment
from esnaf.simulation.categories import CATEGORIES
from esnaf.simulation.clock import Clock
from esnaf.simulation.demand import Demand
from esnaf.simulation.identifiers import scrambled
from esnaf.simulation.notes import Notes
from esnaf.simulation.parameters import Parameters
from features.errors import UsageError


@dataclass(frozen=True)
class World:
    """The parameters, the time, the products and the demand for them."""

    parameters: Parameters
    clock: Clock
    assortment: Assortment
    demand: Demand
    notes: Notes

    @classmethod
    def draw(cls, parameters: Parameters) -> Self:
        """Draw the world of a seed; UsageError where the size cannot be."""
        _check(parameters)
        rng = np.random.default_rng((parameters.seed, 0))
        clock = Clock.of(parameters)
        assortment = Assortment.draw(parameters, clock, rng)
        demand = Demand.draw(parameters, clock, assortment, rng=rng)
        return cls(parameters, clock, assortment, demand, Notes(assortment))

    @cached_property
    def product_ids(self) -> list[str]:
        """Ids such as `P04711`, in no order that tells the category."""
        P = len(self.assortment)
        bits = max(16, (P - 1).bit_length() + 1)
        numbers = scrambled(np.arange(P), bits, salt=5).tolist()
        return [f"P{number:0{len(str(1 << bits))}d}" for number in numbers]


def _check(parameters: Parameters) -> None:
    least = {"customers": 1, "products": max(100, len(CATEGORIES)), "days": 28, "seed": 0}
    for name, low in least.items():
        value = getattr(parameters, name)
        if value < low:
            raise UsageError(f"--{name} {value}: a simulated shop needs at least {low}")
