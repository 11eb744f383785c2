"""Identifiers of answers and of lists: 32 hexadecimal digits that begin with the time.

Sorted, they are in the order of time. An index of them so grows at its end alone, where random ones would touch a page
of the disk each, and what belongs to a stretch of time is one range of it.
"""

import os

import numpy as np

from features.arrays import Array, Times

_DIGITS = 10  # of the seconds since the epoch
_RANDOM = 11  # bytes
_LETTERS = ord("a")


def new_id(seconds: int) -> str:
    """A new one of a second since the epoch, UTC."""
    return f"{max(seconds, 0):010x}{os.urandom(_RANDOM).hex()}"


def first_id(seconds: int) -> str:
    """None of that second or later is smaller."""
    return f"{min(max(seconds, 0), 16**_DIGITS - 1):010x}"


def second_of(identifier: str) -> int:
    """The second that it was made for."""
    return int(identifier[:_DIGITS], 16)


def seconds_of(identifiers: Array) -> Times:
    """(N,) the same of many, given as bytes."""
    size = len(identifiers), identifiers.dtype.itemsize
    text = np.ascontiguousarray(identifiers).view(np.uint8).reshape(size)[:, :_DIGITS].astype(np.int64)
    digits = text - np.where(text < _LETTERS, ord("0"), ord("a") - 10)
    return digits @ (16 ** np.arange(_DIGITS - 1, -1, -1))
