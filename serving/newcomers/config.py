"""Settings of products that are newer than the model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NewcomersConfig:
    """Products that came up after the model was made: known from their first event, and shown where they fit until the
    next training knows them; see docs/serving.md."""

    enabled: bool = True
    """Whether live lists may show them."""
    most: int = 1_000
    """Products a worker knows beside the model; those that the fewest people touched are forgotten first."""
    people: int = 1
    """How many people must have touched one before it is shown to others who did not."""
    share: float = 0.2
    """Share of a list's places that they may take, at least one place."""
    place: int = 3
    """The first place, from 1, for one that the customer did not touch; more follow every 1 / share places."""

    def __post_init__(self) -> None:
        if not 1 <= self.most <= 100_000:
            raise ValueError(f"most = {self.most} is not between 1 and 100,000; enabled = false knows none")
        if not 1 <= self.people <= 20:
            raise ValueError(f"people = {self.people} is not between 1 and 20")
        if not 0 < self.share <= 1:
            raise ValueError(f"share = {self.share} is not above 0 and at most 1; enabled = false shows none")
        if self.place < 1:
            raise ValueError(f"place = {self.place} is less than 1")
