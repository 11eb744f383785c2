"""Evidence: what a customer did that an interest is read from, in figures and in words."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import DAY, Bools
from features.groups import wanted
from features.history import History
from features.kinds import Kind

WINDOW = 180  # days: what is older says little, and is not told
_SPANS = ((730, 365, "years"), (60, 30, "months"), (14, 7, "weeks"), (2, 1, "days"))


@dataclass(frozen=True)
class Evidence:
    """Different products of the last `WINDOW` days, and the days from the first and the last event to now."""

    viewed: int = 0  # or clicked
    wished: int = 0
    carted: int = 0
    bought: int = 0
    days: float = 0.0
    last_days: float = 0.0

    @classmethod
    def of(cls, history: History, at: Bools, time: int) -> Self:
        """Of some events (N,) of one customer, as of a moment."""
        at = at & (history.time > time - WINDOW * DAY)
        if not at.any():
            return cls()
        kind, product, times = history.kind[at], history.product[at], history.time[at]

        def different(*kinds: Kind) -> int:
            return len(np.unique(product[wanted(*kinds)[kind]]))

        return cls(
            viewed=different(Kind.VIEW, Kind.CLICK),
            wished=different(Kind.WISHLIST),
            carted=different(Kind.ADD_TO_CART),
            bought=different(Kind.PURCHASE),
            days=max(0.0, (time - int(times.min())) / DAY),
            last_days=max(0.0, (time - int(times.max())) / DAY),
        )

    @property
    def text(self) -> str | None:
        """`viewed 5 products and bought 2 in 3 weeks`; None where nothing was done of late."""
        counts = (
            ("viewed", self.viewed),
            ("wished for", self.wished),
            ("put in the cart", self.carted),
            ("bought", self.bought),
        )
        done = [(verb, number) for verb, number in counts if number]
        if not done:
            return None
        parts = [f"{verb} {number}" for verb, number in done]
        parts[0] += " products" if done[0][1] > 1 else " product"
        said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
        return f"{said} {_span(self.days)}"


def _span(days: float) -> str:
    for least, unit, name in _SPANS:
        if days >= least:
            return f"in {round(days / unit)} {name}"
    return "in a day"
