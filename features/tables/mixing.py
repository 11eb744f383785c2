"""Mixing: the constants of the 64-bit hash, and the hash of one value; `hashing` does the same for whole columns.

The live store keeps these hashes for good: the same event must have the same key in every later version.
"""

import struct

ODD = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, the multiplier of Fibonacci hashing
MIX = 0xBF58476D1CE4E5B9  # second multiplier of splitmix64
NOUGHT = 2
"""What a text has whose words mix to 0, which is none's; the empty text has 1."""
_MASK = 2**64 - 1


def mixed(seed: int, value: int) -> int:
    """Mix a 64-bit value into a hash (the finaliser of splitmix64)."""
    found = (seed ^ value) * ODD & _MASK
    found ^= found >> 32
    found = found * MIX & _MASK
    return found ^ found >> 29


def text_hash(text: str | None) -> int:
    """The hash of a text, 0 for None."""
    if text is None:
        return 0
    data = text.encode()
    size = -(-len(data) // 8)
    found = len(data) + 1
    for word in struct.unpack(f"<{size}Q", data.ljust(size * 8, b"\0")):
        found = (found ^ word) * ODD & _MASK
        found ^= found >> 32
        found = found * MIX & _MASK
        found ^= found >> 29
    return found or NOUGHT


def float_bits(value: float) -> int:
    """The 64 bits of a number, after rounding to single precision as the event log keeps it."""
    (narrow,) = struct.unpack("<f", struct.pack("<f", value))
    (bits,) = struct.unpack("<Q", struct.pack("<d", narrow))
    return int(bits)
