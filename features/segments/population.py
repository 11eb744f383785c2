"""Population: all customers of a shop, some at a time, so that memory stays bounded however many there are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Array, Codes, Doubles
from features.catalogue import Catalogue
from features.history import History
from features.profiles import Profiles
from features.segments.config import SegmentsConfig
from features.segments.customers import Customers
from features.segments.cuts import Cuts
from features.segments.dimension import Dimension
from features.segments.facts import Known
from features.segments.foretold import Foretell, nothing
from features.segments.segments import Column, Segments, segments_of

AT_ONCE = 50_000  # customers


@dataclass(frozen=True)
class Population:
    """C customers as of a moment."""

    history: History
    profiles: Profiles
    catalogue: Catalogue
    time: int  # seconds since the epoch, UTC
    foretell: Foretell = nothing  # what a model adds

    def __len__(self) -> int:
        return len(self.history)

    def take(self, rows: Array) -> Customers:
        """Some of them, in that order."""
        history = self.history.take(rows)
        given = self.foretell(history, self.time)
        return Customers(history, self.profiles.take(rows), self.catalogue, self.time, given)

    def parts(self) -> Iterator[tuple[Array, Known]]:
        """All of them: rows, and what is known of them."""
        if len(self) <= AT_ONCE:
            yield np.arange(len(self), dtype=np.int32), self._whole
            return
        for start in range(0, len(self), AT_ONCE):
            rows = np.arange(start, min(start + AT_ONCE, len(self)), dtype=np.int32)
            yield rows, Known(self.take(rows))

    @cached_property
    def _whole(self) -> Known:
        """All at once, where they are few enough; several ask."""
        given = self.foretell(self.history, self.time)
        return Known(Customers(self.history, self.profiles, self.catalogue, self.time, given))

    def facts(self, names: Sequence[str]) -> dict[str, Doubles]:
        """(C,) some facts of everybody."""
        found = [[known[name] for name in names] for _, known in self.parts()]
        return {name: np.concatenate(columns) for name, columns in zip(names, zip(*found, strict=True), strict=True)}

    def segments(
        self,
        cuts: Cuts,
        config: SegmentsConfig,
        *,
        held: Mapping[str, Codes] | None = None,
        learned: Sequence[Dimension] = (),
        settled: Mapping[str, Codes] | None = None,
    ) -> Segments:
        """The groups of everybody, as `segments_of` finds them."""
        found = []
        for rows, known in self.parts():
            before, there = ({name: codes[rows] for name, codes in (some or {}).items()} for some in (held, settled))
            own = segments_of(known.customers, cuts, config, held=before, learned=learned, known=known, settled=there)
            found.append(own.columns)
        return Segments(tuple(map(_joined, zip(*found, strict=True))), len(self))


def _joined(parts: Sequence[Column]) -> Column:
    return Column(parts[0].dimension, parts[0].labels, np.concatenate([part.code for part in parts]))
