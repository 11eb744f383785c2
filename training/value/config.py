"""Settings of what customers are expected to spend."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ValueConfig:
    """Section `[value]`: what each customer is expected to spend, and who is about to leave."""

    enabled: bool = True
    """Whether training learns it."""
    horizon: int = 90
    """Days ahead that spend and the chance of a purchase are foretold for; shorter where the data is short."""
    churn_days: int = 180
    """A customer who does not buy in so many days is lost."""
    windows: int = 4
    """Past windows that are learned from, at most; each begins half a horizon before the next."""
    customers: int = 20_000
    """Customers that are learned from, at most; more are sampled."""
    trees: int = 40
    """Boosting rounds of each model."""

    def __post_init__(self) -> None:
        for name, least in (("horizon", 7), ("windows", 1), ("customers", 100), ("trees", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} = {getattr(self, name)}: must be {least} or more")
        if self.churn_days < self.horizon:
            raise ValueError(f"churn_days = {self.churn_days}: must be horizon = {self.horizon} or more")
