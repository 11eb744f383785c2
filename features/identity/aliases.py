"""Aliases: under which ids a model's customers are known besides their own."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.arrays import Codes
from features.tables.mixing import text_hash
from features.vocabulary import Vocabulary

UNKNOWN, NOBODY = -1, -2
"""Codes of an id that says nothing, and of a device that several persons share."""


@dataclass(frozen=True)
class Aliases:
    """M ids as 64-bit hashes: looked up by what is asked for, they need not be read back."""

    hashes: NDArray[np.uint64]  # (M,) ascending
    customer: Codes  # (M,) index of the customer, NOBODY for shared devices
    change: int = 0  # number of the last change of persons in the live store that is in here

    @classmethod
    def none(cls) -> Self:
        """Everybody has one id."""
        return cls(np.zeros(0, np.uint64), np.zeros(0, np.int32))

    @classmethod
    def of(cls, ids: Any, persons: Any, nobody: Any, *, customers: Vocabulary, change: int) -> Self:
        """From PyArrow columns: (M,) ids with (M,) the id of the person of each, and further ids that are nobody's."""
        import pyarrow as pa  # slow to load, and the service has no use for it

        from features.tables.hashing import hash_column

        customer = np.append(customers.find(persons), np.full(len(nobody), NOBODY, np.int32)).astype(np.int32)
        hashes = hash_column(pa.chunked_array([ids, nobody], pa.string()).combine_chunks())
        known = np.flatnonzero(customer != UNKNOWN)
        order = known[np.argsort(hashes[known], kind="stable")]
        return cls(hashes[order], customer[order], change)

    def __len__(self) -> int:
        return len(self.hashes)

    def first(self, customers: int) -> Self:
        """As the first customers alone have them."""
        known = self.customer < customers
        return self if known.all() else type(self)(self.hashes[known], self.customer[known], self.change)

    def customer_of(self, id: str) -> int:
        """The index of the customer who is known by an id that is not their own; UNKNOWN or NOBODY where none is."""
        if not len(self.hashes):
            return UNKNOWN
        wanted = np.uint64(text_hash(id))
        place = int(np.searchsorted(self.hashes, wanted))
        return int(self.customer[place]) if place < len(self.hashes) and self.hashes[place] == wanted else UNKNOWN
