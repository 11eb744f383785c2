"""Ids: those that a log had and those that are new, and the order in which a merged log has them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Codes, Counts, Times
from features.eventlog import NEVER, in_order
from features.tables.chunk import Column
from features.vocabulary import Vocabulary


@dataclass(frozen=True)
class Ids:
    """V distinct texts, those of before first."""

    column: Column

    @classmethod
    def of(cls, before: Vocabulary, *more: Column) -> Self:
        """Those of before, then what else is in some columns."""
        known = before.column
        further = pc.unique(pa.chunked_array([part.cast(pa.large_string()) for part in more], pa.large_string()))
        others = further.filter(pc.and_(further.is_valid(), pc.invert(pc.is_in(further, known))))
        return cls(pa.chunked_array([known, others]).combine_chunks())

    def codes(self, texts: Column) -> Codes:
        """(n + 1,) the code of each text, and -1 at the end for none."""
        found = pc.index_in(texts.cast(pa.large_string()), self.column).fill_null(-1).to_numpy()
        return np.append(found, -1).astype(np.int32)

    def ordered(self, first: Times, static: Column) -> "Ordered":
        """Those that have events, and those of the static table, in the order of their first times."""
        known = pc.is_in(self.column, static.cast(pa.large_string())).to_numpy(zero_copy_only=False)
        kept = np.flatnonzero((first < NEVER) | known)
        column = self.column.take(pa.array(kept))
        kept = kept[in_order(column, first[kept])]
        number = np.full(len(first) + 1, -1, np.int32)
        number[kept] = np.arange(len(kept), dtype=np.int32)
        return Ordered(Vocabulary.of_column(self.column.take(pa.array(kept))), first[kept], kept, number)


@dataclass(frozen=True)
class Ordered:
    """W of the V texts, in the order of a log."""

    ids: Vocabulary
    first: Times  # (W,)
    code: Counts  # (W,) which of the V texts each is
    number: Codes  # (V + 1,) the place of each text, -1 for those that are no more, and at the end for none
