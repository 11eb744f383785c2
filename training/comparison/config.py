"""Settings of comparisons."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CompareConfig:
    """Section `[compare]`: when a difference between two models counts, and what a comparison shows."""

    margin: float = 0.01
    """Share of the first model's figure: a difference counts if its whole interval lies outside."""
    examples: int = 4
    """Customers shown with both lists: half where the second model does best, half where it does worst."""
    drift_days: int = 28
    """Days of events, at most, whose distributions are compared."""

    def __post_init__(self) -> None:
        if not 0 <= self.margin < 1:
            raise ValueError(f"margin = {self.margin}: must be 0 or more, and less than 1")
        if self.examples < 0:
            raise ValueError(f"examples = {self.examples}: must be 0 or more")
        if self.drift_days < 1:
            raise ValueError(f"drift_days = {self.drift_days}: must be 1 or more")
