"""64-bit hashes of columns, to find equal rows without keeping their texts.

Two different values agree with a chance of 2**-64: in 10 million event ids any false duplicate has a chance of 3e-6.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.arrays import Array
from features.tables.chunk import Column
from features.tables.mixing import MIX, NOUGHT, ODD
from features.tables.rendering import values_as_json

Hashes = NDArray[np.uint64]

_ODD = np.uint64(ODD)
_MIX = np.uint64(MIX)
_EMPTY = np.uint64(0)


def combine(seed: Hashes, values: Array) -> Hashes:
    """Mix (n,) values of any number type into (n,) hashes (the finaliser of splitmix64)."""
    if values.dtype.kind == "f":
        values = values.astype(np.float64).view(np.uint64)
    mixed = (seed ^ values.astype(np.uint64, copy=False)) * _ODD
    mixed ^= mixed >> np.uint64(32)
    mixed *= _MIX
    mixed ^= mixed >> np.uint64(29)
    return mixed


def hash_column(column: Column) -> Hashes:
    """(n,) hashes of the values, 0 for null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        texts = np.append(hash_column(column.dictionary), _EMPTY)
        taken: Hashes = texts[column.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
        return taken
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        hashes = _hash_texts(column.cast(pa.large_string()))
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        hashes = combine(np.zeros(len(column), np.uint64), column.fill_null(0).to_numpy(zero_copy_only=False))
    elif pa.types.is_nested(kind) or pa.types.is_binary(kind):
        hashes = hash_column(values_as_json(column))
    else:
        hashes = hash_column(column.cast(pa.string()))
    there = column.is_valid().to_numpy(zero_copy_only=False)
    return np.where(there, np.maximum(hashes, np.uint64(1)), _EMPTY)  # no value is taken for none


def _hash_texts(column: Column) -> Hashes:
    """Texts of the same length are hashed together, 8 bytes at a time."""
    lengths = pc.binary_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    offsets = np.frombuffer(column.buffers()[1], np.int64)[column.offset : column.offset + len(column)]
    text = np.frombuffer(column.buffers()[2] or b"", np.uint8)
    hashes = np.zeros(len(column), np.uint64)
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        hashes[rows] = _hash_words(_words(text, offsets[rows], length), length)
    return np.where(hashes == 0, np.uint64(NOUGHT), hashes)


def _words(text: Array, starts: Array, length: int) -> Array:
    """(n, W) the texts of one length, padded with zeros, as 8-byte words."""
    padded = np.zeros((len(starts), -(-length // 8) * 8), np.uint8)
    if length and starts[-1] - starts[0] == (len(starts) - 1) * length:  # they lie side by side
        padded[:, :length] = text[starts[0] :][: len(starts) * length].reshape(-1, length)
    else:
        padded[:, :length] = text[starts[:, None] + np.arange(length)]
    return padded.view(np.uint64)


def _hash_words(words: Array, length: int) -> Hashes:
    hashes = np.full(len(words), length + 1, np.uint64)
    for word in words.T:
        hashes = combine(hashes, word)
    return hashes
