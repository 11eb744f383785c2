"""A two-way map between ids (text) and dense indices, kept in arrays so that processes can share it by memory map."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np

from features import _kernels
from features.arrays import Array, Codes, Offsets


class Vocabulary:
    """Ids numbered from 0 in a given order.

    `text` holds the UTF-8 bytes of all ids back to back, `offsets` (V + 1,) where each begins, and `order` (V,) the
    indices sorted by bytes, so that a look-up is a binary search on mapped pages: nothing is built at load time.
    """

    def __init__(self, text: Array, offsets: Offsets, order: Codes) -> None:
        self.text, self.offsets, self.order = text, offsets, order

    @classmethod
    def of(cls, ids: Iterable[str]) -> Self:
        """Number `ids` (unique) in the order given."""
        encoded = [i.encode() for i in ids]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(e) for e in encoded], out=offsets[1:])
        order = sorted(range(len(encoded)), key=encoded.__getitem__)
        text = np.frombuffer(b"".join(encoded), np.uint8)
        return cls(text, offsets, np.array(order, np.int32))

    @classmethod
    def of_column(cls, ids: Any) -> Self:
        """Number `ids`, a PyArrow column of distinct texts, in the order given: quickly, however many there are."""
        import pyarrow as pa  # slow to load, and the service has no use for it
        import pyarrow.compute as pc

        column = ids.cast(pa.large_string())
        _, ends, text = column.buffers()
        offsets = np.frombuffer(ends, np.int64)[column.offset : column.offset + len(column) + 1]
        held = np.frombuffer(text or b"", np.uint8)[offsets[0] : offsets[-1]]
        order = pc.sort_indices(column).to_numpy().astype(np.int32)
        return cls(held, offsets - offsets[0], order)

    @property
    def column(self) -> Any:
        """(V,) the ids as a PyArrow column, without a copy."""
        import pyarrow as pa

        text, offsets = np.ascontiguousarray(self.text), np.ascontiguousarray(self.offsets, np.int64)
        return pa.LargeStringArray.from_buffers(len(self), pa.py_buffer(offsets), pa.py_buffer(text))

    def find(self, ids: Any) -> Codes:
        """(n,) the index of each text of a PyArrow column, -1 where it is not known: for as many as there are."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found: Codes = pc.index_in(ids.cast(pa.large_string()), self.column).fill_null(-1).to_numpy()
        return found

    def __len__(self) -> int:
        return len(self.order)

    def first(self, size: int) -> "Vocabulary":
        """The first ids alone."""
        if size == len(self):
            return self
        offsets = self.offsets[: size + 1]
        return Vocabulary(self.text[: offsets[-1]], offsets, self.order[self.order < size])

    def _bytes(self, index: int) -> bytes:
        return self.text[self.offsets[index] : self.offsets[index + 1]].tobytes()

    def id(self, index: int) -> str:
        """The id of an index."""
        return self._bytes(index).decode()

    def ids(self, indices: Array | None = None) -> list[str]:
        """The ids of some indices, or all in order."""
        if indices is None:
            text, ends = self.text.tobytes(), self.offsets.tolist()
            return [text[a:b].decode() for a, b in pairwise(ends)]
        return [self.id(i) for i in indices.tolist()]

    def index(self, id: str) -> int:
        """The index of an id, -1 where it is not known."""
        return _kernels.locate(self.text, self.offsets, self.order, id.encode())

    def indices(self, ids: Sequence[str]) -> Codes:
        """The index of each id, -1 where it is not known."""
        return np.array([self.index(i) for i in ids], np.int32)
