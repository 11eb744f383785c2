"""Settings of the record."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Origin: TypeAlias = Literal["said", "events", "table"]


@dataclass(frozen=True)
class RecordConfig:
    """Section `[record]`: what the record of a customer says where its sources disagree."""

    trusted: tuple[Origin, ...] = ("said",)
    """Where attributes come from, the most trusted first: `said` (to the shop, by PUT), `events` (of type identify) or
    `table` (of customers). Of those that are not named the latest word counts, after all that are."""

    def __post_init__(self) -> None:
        for name in self.trusted:
            if self.trusted.count(name) > 1:
                raise ValueError(f"trusted: '{name}' is there twice")
