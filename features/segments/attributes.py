"""Attributes: what the customers table says of somebody, as segments: where they are and who they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from features.arrays import Codes
from features.profiles import Profiles
from features.segments.config import SegmentsConfig
from features.segments.dimension import Asked
from features.segments.facts import Known

TECHNICAL = ("device", "os", "operating_system", "browser", "platform", "app_version")


@dataclass(frozen=True)
class OfAttribute:
    """The values of one column, one group each."""

    kind: str
    name: str

    @property
    def about(self) -> str:
        """What it goes by."""
        return f"column {self.name} of the customers table"

    def labels(self, known: Known) -> Sequence[str]:
        return _Labels(self.name, known.customers.profiles.attributes[self.name].names)

    def assign(self, asked: Asked) -> Codes:
        code = asked.known.customers.profiles.attributes[self.name].code
        return np.asarray(code, np.int32)

    def why(self, asked: Asked, code: int) -> str:
        value = asked.known.customers.profiles.attributes[self.name].names[code]
        return f"{self.name.replace('_', ' ')} is {value}"


@dataclass(frozen=True)
class _Labels(Sequence[str]):
    """A column may hold many values, and one customer has one of them: labels are made when they are asked for."""

    column: str
    values: Sequence[str]

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [f"{self.column}.{value}" for value in self.values[place]]
        return f"{self.column}.{self.values[place]}"


def attributes_of(profiles: Profiles, config: SegmentsConfig) -> Iterator[OfAttribute]:
    """The columns that say something of anybody, by name."""
    for name in sorted(profiles.attributes):
        if len(profiles.attributes[name].names):
            folded = name.casefold()
            place = folded in {known.casefold() for known in config.geographic}
            kind = "geographic" if place else "technographic" if folded in TECHNICAL else "demographic"
            yield OfAttribute(kind, name)
