"""Settings of matching."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Meaning: TypeAlias = Literal[
    "given_name",
    "surname",
    "name",
    "birth_date",
    "email",
    "phone",
    "postcode",
    "street",
    "house_number",
    "place",
    "region",
    "identifier",
]


@dataclass(frozen=True)
class MatchingConfig:
    """Section `[matching]`: which records are the same person's, by what is much the same in them."""

    columns: dict[str, Meaning] = field(default_factory=dict)
    """What columns mean, where their names do not say it; other columns are not looked at."""
    threshold: float = 0.9
    """Least probability of a link."""
    review: float = 0.5
    """Least probability of a pair that a person should look at."""
    pairs: int = 20
    """Pairs that are compared for each record, at most, on average."""

    def __post_init__(self) -> None:
        if not 0 < self.review <= self.threshold < 1:
            raise ValueError(
                f"review = {self.review}, threshold = {self.threshold}: must be 0 < review <= threshold < 1"
            )
        if self.pairs < 1:
            raise ValueError(f"pairs = {self.pairs}: must be 1 or more")
