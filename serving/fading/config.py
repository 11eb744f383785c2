"""Settings of fading."""

import math
from dataclasses import dataclass

from features.arrays import DAY


@dataclass(frozen=True)
class FadingConfig:
    """What a customer was shown often and passed by moves down in their lists, told by the exposure log; see
    docs/exposures.md."""

    enabled: bool = True
    """Whether products fade; they do not where `[exposures] enabled = false`."""
    shown: float = 5.0
    """Times that a product was shown at the first place, in as many visits, for one step down; further down counts for
    less: place 2 for 0.63, place 3 for 0.5, place 10 for 0.29, 1 / log2(1 + place)."""
    factor: float = 0.8
    """How many times as much a product counts after each step; the logarithm is added to its score."""
    steps: int = 5
    """Steps down at most."""
    days: float = 14.0
    """Days after which it is forgotten that a product was shown."""
    visit_s: int = 1800
    """Seconds from one time that a product is shown to the next that counts: a page that is loaded anew is none."""
    customers: int = 100_000
    """Customers of whom a worker remembers it, the last shown; each takes 300 to 6,000 bytes."""

    def __post_init__(self) -> None:
        if self.shown <= 0:
            raise ValueError(f"shown = {self.shown} is not above 0")
        if not 0 < self.factor < 1:
            raise ValueError(f"factor = {self.factor} is not between 0 and 1; enabled = false lets nothing fade")
        if not 1 <= self.steps <= 100:
            raise ValueError(f"steps = {self.steps} is not between 1 and 100; enabled = false lets nothing fade")
        if not 0 < self.days <= 365:
            raise ValueError(f"days = {self.days} is not above 0 and at most 365")
        if not 0 <= self.visit_s <= DAY:
            raise ValueError(f"visit_s = {self.visit_s} is not between 0, which counts every time, and a day")
        if self.customers < 1:
            raise ValueError(f"customers = {self.customers} is less than 1; enabled = false lets nothing fade")

    @property
    def step(self) -> float:
        """What a step takes off the score."""
        return -math.log(self.factor)
