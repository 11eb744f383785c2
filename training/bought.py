"""Bought: the distinct products that each customer bought, with the occasions behind them."""

from dataclasses import dataclass, field

import numpy as np

from features.arrays import Codes, Offsets, offsets_of
from features.groups import THINGS, Occasions
from features.history import History
from training.candidates.scores import Baskets
from training.candidates.sparse import Csr


@dataclass(frozen=True)
class Bought:
    """K pairs of (customer, product) by customer and product; the lines of one order are one occasion."""

    offsets: Offsets  # (R + 1,)
    product: Codes  # (K,) ascending in each row
    occasions: Occasions
    _decayed: dict[tuple[int, float, int, int | None], Csr] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, history: History) -> "Bought":
        """What R customers bought."""
        occasions = history.repeats
        row, product = np.divmod(occasions.keys, THINGS)
        return cls(offsets_of(row, len(history)), product.astype(np.int32), occasions)

    @property
    def baskets(self) -> Baskets:
        """The products as sets."""
        return Baskets(self.offsets, self.product)

    def decayed(self, time: int, half_life: float, *, width: int, most: int | None = None) -> Csr:
        """(R, width) occasions, each counting half as much after every `half_life` days; with `most`, only each
        customer's heaviest products. Generators ask for the same, so it is worked out once."""
        key = (time, half_life, width, most)
        if key not in self._decayed:
            self._decayed[key] = (
                Csr(self.offsets, self.product, self.occasions.decayed(time, half_life), width)
                if most is None
                else self.decayed(time, half_life, width=width).heaviest(most)
            )
        return self._decayed[key]
