"""Identifiers: numbers turned into ids that do not tell who made them, a whole column at a time."""

from typing import Any

import numpy as np
import pyarrow as pa

from features.arrays import Array

_MULTIPLIERS = (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03)
_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), np.uint8).reshape(256, 2)


def scrambled(numbers: Array, bits: int, *, salt: int) -> Array:
    """Distinct numbers below 2^bits as other distinct numbers below 2^bits, in no order that could be seen.

    Multiplying by an odd number and mixing high bits into low ones both lose nothing.
    """
    mask = np.uint64((1 << bits) - 1)
    mixed = numbers.astype(np.uint64)
    for multiplier in _MULTIPLIERS:
        mixed = (mixed * np.uint64(multiplier) + np.uint64(salt)) & mask
        mixed ^= mixed >> np.uint64(bits // 2 + 1)
    return mixed


def hex_ids(numbers: Array, digits: int, *, salt: int, prefix: str = "", suffix: str = "") -> Any:
    """(N,) Arrow strings: prefix, an even number of hexadecimal digits, suffix; distinct for distinct numbers."""
    mixed = scrambled(numbers, 4 * digits, salt=salt)
    start, width = len(prefix), len(prefix) + digits + len(suffix)
    text = np.empty((len(mixed), width), np.uint8)
    text[:, :start] = np.frombuffer(prefix.encode(), np.uint8)
    text[:, start + digits :] = np.frombuffer(suffix.encode(), np.uint8)
    for at in range(digits // 2):
        byte = (mixed >> np.uint64(4 * (digits - 2) - 8 * at)) & np.uint64(0xFF)
        text[:, start + 2 * at : start + 2 * at + 2] = _HEX[byte.astype(np.intp)]
    offsets = np.arange(len(mixed) + 1, dtype=np.int32) * np.int32(width)
    return pa.Array.from_buffers(pa.string(), len(mixed), [None, pa.py_buffer(offsets), pa.py_buffer(text)])


def account_ids(accounts: Array) -> list[str]:
    """Customer ids, such as `C04711815`, of accounts by number."""
    return [f"C{number:08d}" for number in scrambled(accounts, 26, salt=7).tolist()]
