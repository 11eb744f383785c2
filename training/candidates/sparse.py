"""Csr: a sparse matrix as three plain arrays, so that it can be saved as .npy files and memory-mapped."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from features.arrays import Array, Bools, Codes, Counts, Offsets, elements_of, lengths_of, rows_of
from features.kept import kept


@dataclass(frozen=True)
class Csr:
    """R x `width` entries; row r owns `offsets[r]:offsets[r + 1]`, its columns ascending and each at most once.

    Unlike SciPy's matrices it costs nothing to make, which counts when one customer waits for an answer.
    """

    offsets: Offsets  # (R + 1,)
    index: Codes  # (N,) column
    value: Array  # (N,) float32 or float64
    width: int

    @classmethod
    def of(cls, matrix: csr_array) -> Self:
        """From SciPy; duplicates are summed."""
        matrix = csr_array(matrix)
        matrix.sum_duplicates()
        offsets, index = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32)
        return cls(offsets, index, matrix.data, matrix.shape[1])

    @classmethod
    def empty(cls, rows: int, width: int) -> Self:
        """No entries."""
        return cls(np.zeros(rows + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), width)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @kept
    def row(self) -> Codes:
        """(N,) the row of each entry."""
        return rows_of(self.offsets)

    @kept
    def keys(self) -> Counts:
        """(N,) row * width + column, ascending."""
        return self.row.astype(np.int64) * self.width + self.index

    def matrix(self) -> csr_array:
        """The same as a SciPy matrix."""
        return csr_array((self.value, self.index, self.offsets), shape=(len(self), self.width))

    def transposed(self) -> "Csr":
        """The columns as rows."""
        return Csr.of(self.matrix().T.tocsr())

    def take(self, rows: Array) -> "Csr":
        """Some rows, in that order."""
        offsets, positions = elements_of(self.offsets, rows)
        return Csr(offsets, self.index[positions], self.value[positions], self.width)

    def with_rows(self, rows: Codes, other: "Csr") -> "Csr":
        """These rows, of which some (ascending) and all after the last are replaced by those of `other`, in turn."""
        offsets = np.append(self.offsets, self.offsets[-1] + other.offsets[1:])
        both = Csr(
            offsets,
            np.concatenate([self.index, other.index]),
            np.concatenate([self.value, other.value.astype(self.value.dtype, copy=False)]),
            other.width,
        )
        place = np.arange(max(len(self), int(rows.max(initial=-1)) + 1))
        place[rows] = len(self) + np.arange(len(rows))
        return both.take(place)

    def slice(self, start: int, stop: int) -> "Csr":
        """Neighbouring rows, without a copy."""
        begin, end = int(self.offsets[start]), int(self.offsets[stop])
        offsets = self.offsets[start : stop + 1] - begin
        return Csr(offsets, self.index[begin:end], self.value[begin:end], self.width)

    def only(self, keep: Bools) -> "Csr":
        """The entries where `keep` (N,) is true; all rows stay."""
        counts = np.append(0, np.cumsum(keep))
        return Csr(counts[self.offsets], self.index[keep], self.value[keep], self.width)

    def heaviest(self, most: int) -> "Csr":
        """Each row's `most` highest entries, ties to the lower column."""
        if len(self.index) <= most:
            return self
        lengths = lengths_of(self.offsets)
        if lengths.max(initial=0) <= most:
            return self
        if len(self) == 1:
            at = np.sort(np.argsort(-self.value, kind="stable")[:most])
            return Csr(np.array([0, most]), self.index[at], self.value[at], self.width)
        long = np.flatnonzero((lengths > most)[self.row])  # short rows stay as they are
        by = long[np.lexsort((-self.value[long], self.row[long]))]
        starts = np.append(True, self.row[by][1:] != self.row[by][:-1])
        first = np.flatnonzero(starts)
        place = np.arange(len(by)) - np.repeat(first, np.diff(np.append(first, len(by))))
        keep = np.ones(len(self.index), np.bool_)
        keep[by[place >= most]] = False
        return self.only(keep)
