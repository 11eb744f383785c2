"""Attributes: what the customers table says of somebody, as segments: where they are and who they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
        return [f"{self.name}.{value}" for value in known.customers.profiles.attributes[self.name].names]

    def assign(self, asked: Asked) -> Codes:
        code = asked.known.customers.profiles.attributes[self.name].code
        return np.asarray(code, np.int32)

    def why(self, asked: Asked, code: int) -> str:
        value = asked.known.customers.profiles.attributes[self.name].names[code]
        return f"{self.name.replace('_', ' ')} is {value}"


def attributes_of(profiles: Profiles, config: SegmentsConfig) -> Iterator[OfAttribute]:
    """The columns that say something of anybody, by name."""
    for name in sorted(profiles.attributes):
        if len(profiles.attributes[name].names):
            folded = name.casefold()
            place = folded in {known.casefold() for known in config.geographic}
            kind = "geographic" if place else "technographic" if folded in TECHNICAL else "demographic"
            yield OfAttribute(kind, name)
