"""Forgotten: customers of whom nothing is taken in, and of whom goes what was taken in."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools
from features.consent.register import Register
from features.tables.chunk import Column


@dataclass(frozen=True)
class Forgotten:
    """Those whom a file lists, and those who were erased from the live store, of whom only marks are kept."""

    listed: Column = field(default_factory=lambda: pa.array([], pa.string()))  # ids
    register: Register = field(default_factory=Register)

    def among(self, ids: Column) -> Bools:
        """(n,) which of some ids are theirs."""
        found: Bools = pc.is_in(ids, self.listed).to_numpy(zero_copy_only=False).astype(bool)
        if self.register.erasures:
            erased = self.register.erased
            found |= np.fromiter((id is not None and erased(id) for id in ids.to_pylist()), bool, len(ids))
        return found

    def with_others(self, ids: Column, persons: Column) -> "Forgotten":
        """Whoever is to be forgotten under one of some ids is so as the person of each, and under all others."""
        gone = pc.unique(persons.filter(pa.array(self.among(ids) | self.among(persons))))
        others = ids.filter(pc.is_in(persons, gone))
        return Forgotten(pc.unique(pa.chunked_array([self.listed, gone, others], pa.string())), self.register)

    @property
    def names(self) -> tuple[list[str], ...]:
        """What tells others apart."""
        marks = list(self.register.marks())
        return (self.listed.to_pylist(), marks) if marks else (self.listed.to_pylist(),)
